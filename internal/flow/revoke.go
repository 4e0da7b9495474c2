package flow

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// ErrNoRevocation says that the server has no revocation endpoint, so that tokens stay valid there until they expire.
var ErrNoRevocation = errors.New("the server has no revocation endpoint")

// Revoke tells the server that set's tokens are not wanted any more (RFC 7009 §2.1): the refresh token first, since
// that "SHOULD also invalidate all access tokens based on the same authorization grant". It tries both.
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
	form := url.Values{"token": {secret.Reveal()}, "token_type_hint": {hint}}
	header := c.Auth.Authenticate(form, c.Profile.ClientID, c.Secret)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.Server.RevocationEndpoint, strings.NewReader(form.Encode()))
	if err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	req.Header = header
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := c.HTTP.Do(req)
	if err != nil {
		return fmt.Errorf("%s: %w", op, untrusted.Network(ctx, err))
	}
	defer func() { _ = resp.Body.Close() }()
	// RFC 7009 §2.2: "The authorization server responds with HTTP status code 200 if the token has been revoked
	// successfully or if the client submitted an invalid token."
	if resp.StatusCode == http.StatusOK {
		return nil
	}
	return c.revocationError(op, resp, secret)
}

// revocationError reads an error response, which has the form of RFC 6749 §5.2 (RFC 7009 §2.2.1).
func (c *Client) revocationError(op string, resp *http.Response, secret token.Secret) error {
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return fmt.Errorf("%s: %w", op, untrusted.Network(resp.Request.Context(), err))
	}
	var answer struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}
	_ = json.Unmarshal(body, &answer) // without an error code the status says it
	return newServerError(ServerError{
		Op: op, Status: resp.StatusCode, Code: answer.Error, Description: answer.Description,
	}, append(c.credentials(), secret)...)
}
