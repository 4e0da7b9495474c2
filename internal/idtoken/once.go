package idtoken

import "context"

// Keys returns an issuer's JWK Set document; fresh asks for one that is not from a cache.
type Keys = func(ctx context.Context, fresh bool) ([]byte, error)

// Once returns keys that ask for the document at most twice in their life, however many tokens are verified with them:
// for whichever there is, and for a fresh one. Whoever sends tokens that no key fits would else choose how often the
// issuer is asked. A failure is not kept.
func Once(keys Keys) Keys {
	turn := make(chan struct{}, 1) // a lock that can be waited for with a context
	var document []byte
	var isFresh bool
	return func(ctx context.Context, fresh bool) ([]byte, error) {
		select {
		case turn <- struct{}{}:
			defer func() { <-turn }()
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
		if document != nil && (isFresh || !fresh) {
			return document, nil
		}
		got, err := keys(ctx, fresh)
		if err != nil {
			return nil, err
		}
		document, isFresh = got, fresh
		return got, nil
	}
}
