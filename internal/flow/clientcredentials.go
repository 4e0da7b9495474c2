package flow

import (
	"context"
	"net/url"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/token"
)

// ClientCredentials runs the client credentials grant (RFC 6749 §4.4): a token for the client itself, without a user.
//
// The profile's validation has made sure that the client is confidential, as §4.4 requires.
func (c *Client) ClientCredentials(ctx context.Context) (token.Set, error) {
	if err := c.begin(config.GrantClientCredentials); err != nil {
		return token.Set{}, err
	}
	return c.obtain(ctx, "request token with client credentials", url.Values{"grant_type": {config.GrantType(config.GrantClientCredentials)}})
}
