package flow

import (
	"context"
	"net/url"

	"github.com/oauthget/oauthget/internal/idtoken"
	"github.com/oauthget/oauthget/internal/token"
)

// Refresh obtains a new access token for old's refresh token (RFC 6749 §6). What the answer does not bring again, the
// refresh token, the scope, the ID Token, is carried over from old.
//
// An answer that the refresh token is good for nothing any more is told by [InvalidGrant]. After any other error it
// may be tried again.
func (c *Client) Refresh(ctx context.Context, old token.Set) (token.Set, error) {
	const op = "refresh token"
	answer, err := c.requestToken(ctx, op, url.Values{
		"grant_type":    {"refresh_token"},
		"refresh_token": {old.RefreshToken.Reveal()},
	})
	if err != nil {
		return token.Set{}, err
	}
	// RFC 6749 §6: "If a new refresh token is issued, the refresh token scope MUST be identical"; and where none is,
	// the old one stays. golang.org/x/oauth2 has put it into the answer then.
	set := c.set(answer, old.Scopes)
	set.IDToken, set.Subject, set.Username = old.IDToken, old.Subject, old.Username
	if err := c.addIDToken(ctx, &set, answer, idtoken.Expected{Subject: old.Subject}); err != nil {
		return token.Set{}, err
	}
	c.observe(TokenResponse{set})
	return set, nil
}
