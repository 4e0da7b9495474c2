package flow

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"net/url"

	josejson "github.com/go-jose/go-jose/v4/json"

	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// ErrNoIntrospection is returned if the server has no introspection endpoint.
var ErrNoIntrospection = errors.New("the server has no introspection endpoint")

// Introspection is a server's description of a token (RFC 7662 §2.2). Secrets in its texts are masked.
type Introspection struct {
	Active bool
	// Members are the other members of the answer. For an inactive token they are dropped: "the authorization server
	// SHOULD NOT include any additional information about an inactive token" (RFC 7662 §2.2).
	Members map[string]json.RawMessage
}

// Introspect asks the server about a token (RFC 7662 §2.1). hint is "access_token", "refresh_token" or empty. If this
// client may not introspect, the error is a *ServerError.
func (c *Client) Introspect(ctx context.Context, secret token.Secret, hint string) (Introspection, error) {
	const op = "introspect token"
	if c.Server.IntrospectionEndpoint == "" {
		return Introspection{}, cmp.Or(c.Server.Unusable("introspection_endpoint"), ErrNoIntrospection)
	}
	form := url.Values{"token": {secret.Reveal()}}
	if hint != "" {
		form.Set("token_type_hint", hint)
	}
	a, err := c.post(ctx, op, "introspection_endpoint", c.Server.IntrospectionEndpoint, form, http.StatusOK)
	if err != nil {
		return Introspection{}, err
	}
	refused := func(why string) (Introspection, error) {
		return Introspection{}, &untrusted.Error{Op: op, Err: errors.New(why)}
	}
	// A client asks for such an answer (RFC 9701 §4); we did not.
	if media, _, _ := mime.ParseMediaType(a.header.Get("Content-Type")); media == "application/token-introspection+jwt" {
		return refused("the answer is a JWT (RFC 9701), which was not requested")
	}
	// "The server responds with a JSON object in "application/json" format" RFC 7662 §2.2. A duplicate member is
	// ambiguous.
	var members map[string]json.RawMessage
	if josejson.Unmarshal(a.body, &members) != nil || members == nil {
		return refused("the answer is not a JSON object with unique names")
	}
	// "active: REQUIRED. Boolean indicator of whether or not the presented token is currently active." RFC 7662 §2.2
	var active *bool
	if josejson.Unmarshal(members["active"], &active) != nil || active == nil {
		return refused("the answer has no active that is true or false")
	}
	if delete(members, "active"); !*active {
		members = nil
	}
	return Introspection{*active, a.secrets.members(members)}, nil
}
