package flow

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"github.com/oauthget/oauthget/internal/clientauth"
	"github.com/oauthget/oauthget/internal/dpop"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// ServerError is an error answer of the authorization endpoint (RFC 6749 §4.1.2.1), the token endpoint (§5.2) or
// another endpoint of the server. The server's texts in it are safe to show.
type ServerError struct {
	Op          string // what was being done, as in "redeem code"
	Endpoint    string // the endpoint's name in the metadata; empty if the answer came through the browser
	Status      int    // the HTTP status; 0 if the answer came through the browser
	Code        string // the error parameter; may be empty
	Description string // why, in the server's words; may be empty
	URI         string
	Grant       string // the profile's grant, in a request of one without a redirect; else empty, as for a refresh
	// Auth is how the client authenticated; empty if it did not have to, as in the browser.
	Auth clientauth.Method
	// Date is the server's clock by the answer's Date; may be zero. Assertions are refused if the clocks differ.
	Date time.Time
}

func (e *ServerError) Error() string {
	what := e.Code
	if what == "" {
		what = strings.TrimSpace(fmt.Sprintf("%d %s", e.Status, http.StatusText(e.Status)))
	}
	text := e.Op + ": the server answered " + what
	if e.Description != "" {
		text += `: "` + e.Description + `"`
	}
	return text
}

// date reads the header field Date (RFC 9110 §6.6.1).
func date(h http.Header) time.Time {
	t, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return time.Time{}
	}
	return t
}

// newServerError makes the server's texts safe to show. masks are the secrets that it may echo.
func newServerError(e ServerError, masks ...token.Secret) *ServerError {
	maskers := make([]untrusted.Masker, len(masks))
	for i, m := range masks {
		maskers[i] = m
	}
	for _, text := range []*string{&e.Code, &e.Description, &e.URI} {
		*text = untrusted.Text(*text, maskers...)
	}
	return &e
}

// Denied reports whether the user or the server's policy refused.
func Denied(err error) bool {
	e, ok := errors.AsType[*ServerError](err)
	if !ok {
		return false
	}
	switch e.Code {
	// RFC 6749 §4.1.2.1; OpenID Connect Core §3.1.2.6 for users who did not take part, and "OpenID Connect Core Error
	// Code unmet_authentication_requirements" for those who could not sign in as requested.
	case "consent_required", "login_required", "interaction_required", "account_selection_required",
		"unmet_authentication_requirements":
		return true
	case "user_cancelled_login", "user_cancelled_authorize", "user_denied", "authorization_declined": // LinkedIn, Facebook, Microsoft
		return true
	case "access_denied":
		return !e.badCredentials()
	}
	return false
}

// badCredentials reports whether access_denied is about the client's secret: Auth0 says so with status 401, which is for
// credentials (RFC 9110 §15.5.2).
func (e *ServerError) badCredentials() bool {
	return e.Endpoint == "token_endpoint" && e.Status == http.StatusUnauthorized
}

// authenticatedBy adds to an error response how the client authenticated.
func authenticatedBy(method clientauth.Method, err error) error {
	if e, ok := errors.AsType[*ServerError](err); ok {
		e.Auth = method
	}
	return err
}

// RefreshTokenDead reports whether an error of Refresh means that only a new login helps: the server refused the refresh
// token, or its key is lost. Servers say it in many words besides invalid_grant (RFC 6749 §5.2), so every refusal counts
// but those that are about the client or about the moment.
func RefreshTokenDead(err error) bool {
	e, ok := errors.AsType[*ServerError](err)
	if !ok {
		return errors.Is(err, dpop.ErrKeyLost)
	}
	switch e.Code {
	case "invalid_grant":
		return true
	case "invalid_client", "incorrect_client_credentials", "temporarily_unavailable", "server_error", "slow_down":
		return false
	}
	switch {
	case e.Status == http.StatusRequestTimeout, e.Status == http.StatusTooManyRequests, e.Status >= http.StatusInternalServerError:
		return false
	}
	return e.Status >= http.StatusBadRequest || e.Status >= 200 && e.Status <= 299 // some servers refuse with 200
}

// codeOf returns the error code of err; empty if err is not a *ServerError.
func codeOf(err error) string {
	if e, ok := errors.AsType[*ServerError](err); ok {
		return e.Code
	}
	return ""
}

// tokenError converts the errors of golang.org/x/oauth2. Their texts are not used: they may contain the whole body.
func tokenError(ctx context.Context, op, endpoint string, err error, exchange *tokenTransport, masks []token.Secret) error {
	if e, ok := errors.AsType[*untrusted.Error](err); ok {
		return &untrusted.Error{Op: op, Err: e.Err}
	}
	if exchange.answer.status == 0 {
		return fmt.Errorf("%s: %w", op, untrusted.Network(ctx, err))
	}
	// Some servers refuse with status 200.
	_, refused := errors.AsType[*oauth2.RetrieveError](err)
	if refused || exchange.members["access_token"] == nil && exchange.answer.reason().Declared {
		return exchange.answer.refusal(op, endpoint, masks)
	}
	return &untrusted.Error{Op: op, Err: exchange.notToken(newSecrets(masks...))}
}

// isNetwork reports whether err means that no answer came: the server was not reached, or was too slow.
func isNetwork(err error) bool {
	if _, ok := errors.AsType[*url.Error](err); ok {
		return true
	}
	if _, ok := errors.AsType[*untrusted.NetworkError](err); ok {
		return true
	}
	if _, ok := errors.AsType[*net.OpError](err); ok { // not net.Error: every syscall.Errno is one
		return true
	}
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}
