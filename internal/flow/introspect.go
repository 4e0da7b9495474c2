package flow

import (
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

// ErrNoIntrospection says that the server has no introspection endpoint.
var ErrNoIntrospection = errors.New("the server has no introspection endpoint")

// Introspection is what a server says of a token (RFC 7662 §2.2). Its texts are the server's, without the secrets that it
// was sent.
type Introspection struct {
	Active bool
	// Members are those of the answer beside active. Of a token that is not active there are none worth having: "the
	// authorization server SHOULD NOT include any additional information about an inactive token" (RFC 7662 §2.2).
	Members map[string]json.RawMessage
}

// Introspect asks the server what a token means (RFC 7662 §2.1). hint is what it is: "access_token" or "refresh_token";
// empty where nobody knows. A server that does not let this client ask answers with a *ServerError.
func (c *Client) Introspect(ctx context.Context, secret token.Secret, hint string) (Introspection, error) {
	const op = "introspect token"
	if c.Server.IntrospectionEndpoint == "" {
		return Introspection{}, ErrNoIntrospection
	}
	form := url.Values{"token": {secret.Reveal()}}
	if hint != "" {
		form.Set("token_type_hint", hint)
	}
	a, err := c.post(ctx, op, c.Server.IntrospectionEndpoint, form, http.StatusOK)
	if err != nil {
		return Introspection{}, err
	}
	refused := func(why string) (Introspection, error) {
		return Introspection{}, &untrusted.Error{Op: op, Err: errors.New(why)}
	}
	// RFC 9701 §4 has a client ask for such an answer; this one did not.
	if media, _, _ := mime.ParseMediaType(a.header.Get("Content-Type")); media == "application/token-introspection+jwt" {
		return refused("the answer is a JWT (RFC 9701), which was not asked for")
	}
	// "The server responds with a JSON object in "application/json" format" RFC 7662 §2.2. A member that is there twice
	// would mean what the reader likes.
	var members map[string]json.RawMessage
	if josejson.Unmarshal(a.body, &members) != nil || members == nil {
		return refused("the answer is not a JSON object with each member once")
	}
	// "active: REQUIRED. Boolean indicator of whether or not the presented token is currently active." RFC 7662 §2.2
	var active *bool
	if josejson.Unmarshal(members["active"], &active) != nil || active == nil {
		return refused("the answer does not say by active, true or false, whether the token is")
	}
	if delete(members, "active"); !*active {
		members = nil
	}
	return Introspection{*active, a.secrets.members(members)}, nil
}
