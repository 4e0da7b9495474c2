package flow

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"github.com/oauthget/oauthget/internal/idtoken"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// ErrEndpointMoved says that the token endpoint is not the one that issued the refresh token. Metadata from a cache
// may have been changed by somebody else; metadata fetched from the issuer just now may be believed, by setting the
// set's TokenEndpoint.
var ErrEndpointMoved = errors.New("the token endpoint is not the one that issued the refresh token")

// Refresh obtains a new access token for old's refresh token (RFC 6749 §6). What the answer does not bring again, the
// refresh token, the scope, the ID Token, is carried over from old.
//
// Where the token endpoint is another than the one old came from, nothing is sent and the error is [ErrEndpointMoved].
// An answer that the refresh token is good for nothing any more is told by [InvalidGrant], and so is one that is bound to a
// key which is not there. After any other error it may be tried again.
func (c *Client) Refresh(ctx context.Context, old token.Set) (token.Set, error) {
	const op = "refresh token"
	if err := c.checkSecurityProfile(); err != nil {
		return token.Set{}, err
	}
	if old.TokenEndpoint != "" && old.TokenEndpoint != c.Server.TokenEndpoint {
		return token.Set{}, &untrusted.Error{Op: op, Err: ErrEndpointMoved}
	}
	key, err := c.keyOf(old)
	if err != nil {
		return token.Set{}, fmt.Errorf("%s: %w", op, err)
	}
	answer, err := c.requestToken(ctx, op, url.Values{
		"grant_type":    {"refresh_token"},
		"refresh_token": {old.RefreshToken.Reveal()},
	}, key)
	if answer == nil {
		return token.Set{}, err
	}
	if err != nil {
		return token.Set{}, rotated(old, answer.RefreshToken, err)
	}
	// RFC 6749 §6: "If a new refresh token is issued, the refresh token scope MUST be identical"; and where none is,
	// the old one stays. golang.org/x/oauth2 has put it into the answer then.
	answer.secrets = append(answer.secrets, unspoken(old.AccessToken, old.IDToken)...)
	set := c.set(answer, old.Scopes, key)
	set.IDToken, set.IDTokenExpiry, set.Subject, set.Username = old.IDToken, old.IDTokenExpiry, old.Subject, old.Username
	if set.AuthorizationDetails, _ = grantedDetails(answer); set.AuthorizationDetails == "" {
		set.AuthorizationDetails = old.AuthorizationDetails
	}
	if err := c.addIDToken(ctx, &set, answer, idtoken.Expected{Subject: old.Subject, Original: old.IDToken}); err != nil {
		return token.Set{}, rotated(old, answer.RefreshToken, err)
	}
	c.observe(TokenResponse{Set: set})
	return set, nil
}

// RotatedError says that the answer to a refresh is not believed. Keep is the old set with the refresh token that took
// the place of the spent one: it is to be stored, or the next refresh would present a spent token, for which a server
// revokes all that the login brought.
type RotatedError struct {
	Keep token.Set
	Err  error
}

func (e *RotatedError) Error() string { return e.Err.Error() }

func (e *RotatedError) Unwrap() error { return e.Err }

func rotated(old token.Set, refreshToken string, err error) error {
	if refreshToken == "" || !isVisible(refreshToken) {
		return err
	}
	keep := old
	keep.RefreshToken = token.NewSecret(refreshToken)
	return &RotatedError{keep, err}
}
