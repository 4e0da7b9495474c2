package flow

import (
	"context"
	"net/url"
	"slices"

	"github.com/oauthget/oauthget/internal/endpoint"
)

// prepare uses the time in which the user is in the browser: it opens a connection to the token endpoint, which loads
// the system's certificates, and fetches the keys for the ID Token. It returns at once. What fails is tried again when
// it is needed. done ends it.
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

// keysAhead calls keys now and returns a func that gives out the result. If that call fails, the func calls keys again.
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
		case <-came: // or is under way: waiting is faster than asking again
			if err == nil {
				return document, nil
			}
		case <-ctx.Done():
		}
		return keys(ctx, false)
	}
}
