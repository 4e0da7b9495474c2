package discovery

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/oauthget/oauthget/internal/bounded"
	"github.com/oauthget/oauthget/internal/confidential"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// maxBody bounds a document, in bytes. The largest known one, with thousands of scopes, has 200 KB.
const maxBody = 1 << 20

// get fetches a JSON document. If there was no answer, the error is a *url.Error. Otherwise it is a *statusError,
// errHTML or another error that continues the text "ADDRESS answered".
func (c Client) get(ctx context.Context, address string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/json")
	client := c.HTTP
	if c.NamedByAPI {
		client = untrusted.WithinOrigin(client)
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()

	// The redirect policy belongs to the caller, so the final address is checked here as well: plain http can be
	// changed on the way, and a server may not redirect from https to whatever listens on this machine.
	final := resp.Request.URL
	if !confidential.URL(final) || req.URL.Scheme == "https" && final.Scheme != "https" {
		return nil, fmt.Errorf("with a redirect to %s, which is not https", untrusted.Quote(final.Scheme+"://"+final.Host))
	}
	// "A successful response MUST use the 200 OK HTTP status code" RFC 8414 §3.2.
	if resp.StatusCode != http.StatusOK {
		return nil, &statusError{resp.StatusCode}
	}
	body, err := bounded.Read(resp.Body, maxBody)
	if _, long := errors.AsType[*bounded.TooLongError](err); long {
		return nil, fmt.Errorf("with more than %d bytes", maxBody)
	}
	if err != nil {
		return nil, &url.Error{Op: "Get", URL: address, Err: err}
	}
	// The Content-Type is ignored: servers forget the "application/json" of RFC 8414 §3.2, and the body is parsed
	// strictly.
	if bytes.HasPrefix(bytes.TrimSpace(body), []byte("<")) {
		return nil, errHTML
	}
	return body, nil
}
