package flow

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// answer is the answer of an endpoint other than the token endpoint.
type answer struct {
	status  int
	header  http.Header
	body    []byte
	secrets secrets // those that the request carried
}

// post sends form, with client authentication added, to an endpoint. If the status is not in want, the error is a
// *ServerError, in which the secrets of the request are masked.
func (c *Client) post(ctx context.Context, op, endpoint string, form url.Values, want ...int) (answer, error) {
	form = maps.Clone(form)
	header, err := c.Auth.Authenticate(form)
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
	if !slices.Contains(want, a.status) {
		return a, a.refusal(op, secrets)
	}
	return a, nil
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

// refusal reads an error response as in RFC 6749 §5.2.
func (a answer) refusal(op string, masks []token.Secret) error {
	var members struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
		URI         string `json:"error_uri"`
	}
	_ = json.Unmarshal(a.body, &members) // without an error code, the status is shown
	return newServerError(ServerError{
		Op: op, Status: a.status, Code: members.Error, Description: members.Description, URI: members.URI, Date: date(a.header),
	}, masks...)
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
