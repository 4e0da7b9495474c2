package flow

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/oauthget/oauthget/internal/token"
)

// ErrNoRevocation is returned if the server has no revocation endpoint: the tokens stay valid until they expire.
var ErrNoRevocation = errors.New("the server has no revocation endpoint")

// Revoke revokes set's tokens (RFC 7009 §2.1): first the refresh token, which "SHOULD also invalidate all access tokens
// based on the same authorization grant", then the access token, in any case.
func (c *Client) Revoke(ctx context.Context, set token.Set) error {
	if c.Server.RevocationEndpoint == "" {
		return ErrNoRevocation
	}
	var failed error
	if !set.RefreshToken.Empty() {
		failed = c.revoke(ctx, "revoke refresh token", set.RefreshToken, "refresh_token")
	}
	return errors.Join(failed, c.revoke(ctx, "revoke access token", set.AccessToken, "access_token"))
}

func (c *Client) revoke(ctx context.Context, op string, secret token.Secret, hint string) error {
	// RFC 7009 §2.2: "The authorization server responds with HTTP status code 200 if the token has been revoked
	// successfully or if the client submitted an invalid token."
	_, err := c.post(ctx, op, "revocation_endpoint", c.Server.RevocationEndpoint, url.Values{
		"token": {secret.Reveal()}, "token_type_hint": {hint},
	}, http.StatusOK)
	return err
}
