package flow

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"golang.org/x/oauth2"

	"github.com/oauthget/oauthget/internal/dpop"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// ServerError is an error answer of the authorization server: of its authorization endpoint (RFC 6749 §4.1.2.1) or of
// its token endpoint (§5.2). Its texts are the server's, made fit for a person.
type ServerError struct {
	Op          string // what was being done, as in "redeem code"
	Status      int    // the HTTP status; 0 where the answer came through the browser
	Code        string // the error parameter; empty where the server sent none
	Description string
	URI         string
	Grant       string // the profile's; empty for a refresh, and where no grant was asked for
	// Date is the server's clock as its answer tells it, to the second; zero where it does not. An assertion is refused
	// where the two clocks differ.
	Date time.Time
}

func (e *ServerError) Error() string {
	if e.Code == "" {
		return fmt.Sprintf("%s: the server answered %d %s", e.Op, e.Status, http.StatusText(e.Status))
	}
	text := e.Op + ": the server answered " + e.Code
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

// newServerError cleans what the server wrote. masks are the secrets that it was sent and may echo.
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

// Denied reports whether err says that the person or the server's policy said no.
func Denied(err error) bool {
	e, ok := errors.AsType[*ServerError](err)
	if !ok {
		return false
	}
	switch e.Code {
	// RFC 6749 §4.1.2.1; OpenID Connect Core §3.1.2.6 names the ways in which a person did not take part, and "OpenID
	// Connect Core Error Code unmet_authentication_requirements" the one in which they could not as was asked.
	case "access_denied", "consent_required", "login_required", "interaction_required", "account_selection_required",
		"unmet_authentication_requirements":
		return true
	}
	return false
}

// InvalidGrant reports whether err says that the code or the refresh token is good for nothing any more: "invalid,
// expired, revoked, does not match the redirection URI used in the authorization request, or was issued to another
// client" (RFC 6749 §5.2), or that the key is lost which it is bound to.
func InvalidGrant(err error) bool {
	e, ok := errors.AsType[*ServerError](err)
	return ok && e.Code == "invalid_grant" || errors.Is(err, dpop.ErrKeyLost)
}

// codeOf is the error code of an answer; empty where err is something else.
func codeOf(err error) string {
	if e, ok := errors.AsType[*ServerError](err); ok {
		return e.Code
	}
	return ""
}

// tokenError tells apart what golang.org/x/oauth2 returns. Its own texts are never passed on: they hold the answer's
// whole body where there is no error member.
func tokenError(ctx context.Context, op string, err error, masks []token.Secret) error {
	if e, ok := errors.AsType[*untrusted.Error](err); ok {
		return &untrusted.Error{Op: op, Err: e.Err}
	}
	if e, ok := errors.AsType[*oauth2.RetrieveError](err); ok {
		return newServerError(ServerError{
			Op: op, Status: e.Response.StatusCode, Code: e.ErrorCode, Description: e.ErrorDescription, URI: e.ErrorURI,
			Date: date(e.Response.Header),
		}, masks...)
	}
	if isNetwork(err) {
		return fmt.Errorf("%s: %w", op, untrusted.Network(ctx, err))
	}
	return &untrusted.Error{Op: op, Err: errors.New("the token endpoint's answer is not a token response (RFC 6749 §5.1)")}
}
