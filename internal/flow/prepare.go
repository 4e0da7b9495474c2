package flow

import (
	"context"
	"net/url"
	"slices"

	"github.com/oauthget/oauthget/internal/endpoint"
)

// prepare does, while the person is in the browser, what would else stand between the redirect and the token: it opens
// the connection to the token endpoint, which loads the system's certificates, and gets the keys an ID Token will be
// checked with. It returns at once, a client that profits from it as far as it got; whatever fails is done again when it
// is needed, and fails there. done ends it.
func (c *Client) prepare(ctx context.Context) (prepared *Client, done func()) {
	ctx, done = context.WithCancel(ctx)
	if u, err := url.Parse(c.Server.TokenEndpoint); err == nil {
		go endpoint.Warm(ctx, c.HTTP, u)
	}
	prepared = new(Client)
	*prepared = *c
	if slices.Contains(c.Profile.Scopes, "openid") && c.canVerifyKeys() {
		prepared.Keys = keysAhead(ctx, c.Keys)
	}
	return prepared, done
}

type keysFunc = func(ctx context.Context, fresh bool) ([]byte, error)

// keysAhead calls keys now and returns a func that gives out the result, however often it is asked for; one that does
// not serve is asked for anew.
func keysAhead(ctx context.Context, keys keysFunc) keysFunc {
	var document []byte
	var err error
	came := make(chan struct{})
	go func() {
		defer close(came)
		document, err = keys(ctx, false)
	}()
	return func(ctx context.Context, fresh bool) ([]byte, error) {
		if fresh {
			return keys(ctx, true)
		}
		select {
		case <-came: // or is on its way: to ask again would take longer than to wait
			if err == nil {
				return document, nil
			}
		case <-ctx.Done():
		}
		return keys(ctx, false)
	}
}
