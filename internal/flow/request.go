package flow

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/oauthget/oauthget/internal/challenge"
	"github.com/oauthget/oauthget/internal/clientauth"
	"github.com/oauthget/oauthget/internal/refusal"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// answer is the answer of an endpoint other than the token endpoint.
type answer struct {
	status  int
	header  http.Header
	body    []byte
	code    string  // of an error that token_response locates; empty for none
	secrets secrets // those that the request carried
}

// post sends form, with client authentication added, to an endpoint, which name is in the metadata. If the status is not
// in want, or no 2xx if want is empty, the error is a *ServerError, in which the secrets of the request are masked.
func (c *Client) post(ctx context.Context, op, name, endpoint string, form url.Values, want ...int) (answer, error) {
	form = maps.Clone(form)
	auth := c.AuthAt(name)
	header, err := auth.Authenticate(form)
	if err != nil {
		return answer{}, fmt.Errorf("%s: %w", op, err)
	}
	secrets := c.sent(form) // and the client assertion with them
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint, strings.NewReader(form.Encode()))
	if err != nil {
		return answer{}, fmt.Errorf("%s: %w", op, err)
	}
	req.Header = header
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	a, err := c.do(op, req)
	if err != nil {
		return answer{}, err
	}
	a.secrets = newSecrets(secrets...)
	if !slices.Contains(want, a.status) && (len(want) > 0 || !a.ok()) {
		return a, authenticatedBy(auth.Method, a.refusal(op, name, secrets))
	}
	return a, nil
}

// AuthAt is how the client authenticates at the endpoint called name, which may support other methods than the token endpoint
// (RFC 8414 §2).
func (c *Client) AuthAt(name string) clientauth.Client {
	switch name {
	case "revocation_endpoint":
		return c.Auth.At(c.Server.RevocationEndpointAuthMethodsSupported)
	case "introspection_endpoint":
		return c.Auth.At(c.Server.IntrospectionEndpointAuthMethodsSupported)
	}
	return c.Auth
}

// do sends a request and reads its answer, whatever the status.
func (c *Client) do(op string, req *http.Request) (answer, error) {
	resp, err := c.HTTP.Do(req)
	if err != nil {
		return answer{}, fmt.Errorf("%s: %w", op, untrusted.Network(req.Context(), err))
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return answer{}, fmt.Errorf("%s: %w", op, untrusted.Network(req.Context(), err))
	}
	return answer{status: resp.StatusCode, header: resp.Header, body: body}, nil
}

// refusal reads an error response. endpoint is the one that sent it, by its name in the metadata.
func (a answer) refusal(op, endpoint string, masks []token.Secret) *ServerError {
	r := a.reason()
	return newServerError(ServerError{
		Op: op, Endpoint: endpoint, Status: a.status, Code: r.Code, Description: r.Description, URI: r.URI, Date: date(a.header),
	}, masks...)
}

// reason returns what an error response says: in its body, or in its WWW-Authenticate (RFC 6750 §3).
func (a answer) reason() refusal.Refusal {
	r := refusal.Read(a.header.Get("Content-Type"), a.body)
	for _, c := range challenge.In(a.header) {
		if code := c.Params["error"]; code != "" && r.Code == "" {
			r.Code, r.Description, r.URI = code, cmp.Or(c.Params["error_description"], r.Description), c.Params["error_uri"]
		}
	}
	if a.code != "" {
		r.Code, r.Declared = a.code, true
	}
	return r
}

// decodeLeniently decodes a JSON object. A member of the wrong type counts as absent.
func decodeLeniently(body []byte, into any) bool {
	err := json.Unmarshal(body, into)
	_, mistyped := errors.AsType[*json.UnmarshalTypeError](err)
	return err == nil || mistyped
}

// withHeader returns client with header added to each request.
func withHeader(client *http.Client, header http.Header) *http.Client {
	with := *client
	with.Transport = headed{client.Transport, header}
	return &with
}

type headed struct {
	base   http.RoundTripper
	header http.Header
}

// RoundTrip implements [http.RoundTripper].
func (h headed) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	maps.Copy(req.Header, h.header)
	return h.base.RoundTrip(req)
}
