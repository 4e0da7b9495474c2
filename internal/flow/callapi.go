package flow

import (
	"context"
	"fmt"
	"net/http"

	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// CallAPI sends an API a GET with set's access token, and a proof if the token is bound to a key. Whatever the answer is, it is for
// c.HTTP to tell of; a redirect is not followed.
func (c *Client) CallAPI(ctx context.Context, set token.Set, api string) error {
	const op = "call the API"
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, api, nil)
	if err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	req.Header.Set("Accept", "application/json")
	with, err := c.authorized(set, req)
	if err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	still := *with.HTTP
	still.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	resp, err := still.Do(req)
	if err != nil {
		return fmt.Errorf("%s: %w", op, untrusted.Network(ctx, err))
	}
	_ = resp.Body.Close() // it may be an endless stream
	return nil
}
