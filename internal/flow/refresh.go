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

// ErrEndpointMoved is returned if the token endpoint is not the one that issued the refresh token: somebody may have
// changed cached metadata. After fetching metadata afresh, the caller may set the set's TokenEndpoint to the new one.
var ErrEndpointMoved = errors.New("the token endpoint is not the one that issued the refresh token")

// Refresh obtains a new access token with old's refresh token (RFC 6749 §6). What the answer omits (refresh token,
// scope, ID Token) is kept from old.
//
// If the token endpoint is not the one that old came from, nothing is sent and the error is [ErrEndpointMoved]. If the
// refresh token is no longer valid, or its key is lost, [RefreshTokenDead] reports true. After other errors the refresh may
// be tried again.
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
	// RFC 6749 §6: "If a new refresh token is issued, the refresh token scope MUST be identical". If none is issued,
	// the old one stays: golang.org/x/oauth2 has put it into the answer.
	answer.secrets = append(answer.secrets, newSecrets(old.AccessToken, old.IDToken)...)
	scopes := old.Scopes
	if c.Profile.RefreshParameters.Has("scope") {
		scopes = c.splitScope(c.Profile.RefreshParameters.Get("scope"))
	}
	set := c.set(answer, scopes, key)
	set.Kept = c.kept(answer, nil, old.Kept)
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

// RotatedError reports that the answer to a refresh failed its checks. Keep is the old set with the new refresh token.
// It must be stored: the next refresh would otherwise present a spent token, for which servers revoke everything.
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
