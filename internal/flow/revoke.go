package flow

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"

	"github.com/oauthget/oauthget/internal/token"
)

// ErrNoRevocation is returned if the server has no revocation endpoint: the tokens stay valid until they expire.
var ErrNoRevocation = errors.New("the server has no revocation endpoint")

// AccessTokenError is returned by Revoke if the refresh token was revoked, and the server refused to revoke the access
// token. Often that has ended with the refresh token.
type AccessTokenError struct{ Err error }

func (e *AccessTokenError) Error() string { return e.Err.Error() }

func (e *AccessTokenError) Unwrap() error { return e.Err }

// Revoke revokes set's tokens (RFC 7009 §2.1): first the refresh token, which "SHOULD also invalidate all access tokens
// based on the same authorization grant", then the access token, in any case.
func (c *Client) Revoke(ctx context.Context, set token.Set) error {
	if c.Server.RevocationEndpoint == "" {
		return cmp.Or(c.Server.Unusable("revocation_endpoint"), ErrNoRevocation)
	}
	var refresh, access error
	if !set.RefreshToken.Empty() {
		refresh = c.revoke(ctx, "revoke refresh token", set.RefreshToken, "refresh_token")
	}
	if !set.AccessToken.Empty() {
		access = c.revoke(ctx, "revoke access token", set.AccessToken, "access_token")
	}
	switch _, refused := errors.AsType[*ServerError](access); {
	case refresh != nil && access != nil:
		return fmt.Errorf("%w; %w", refresh, access)
	case refused && !set.RefreshToken.Empty() && refresh == nil:
		return &AccessTokenError{access}
	}
	return cmp.Or(refresh, access)
}

// revoke accepts any 2xx: RFC 7009 §2.2 has "HTTP status code 200", and some servers send 202 or 204.
func (c *Client) revoke(ctx context.Context, op string, secret token.Secret, hint string) error {
	_, err := c.post(ctx, op, "revocation_endpoint", c.Server.RevocationEndpoint, url.Values{
		"token": {secret.Reveal()}, "token_type_hint": {hint},
	})
	return err
}
