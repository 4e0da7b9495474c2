package endpoint

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/oauthget/oauthget/internal/untrusted"
)

// limits is the layer next to the network.
type limits struct {
	base      http.RoundTripper
	userAgent string
}

// RoundTrip implements [http.RoundTripper].
func (l limits) RoundTrip(req *http.Request) (*http.Response, error) {
	if !Secure(req.URL) {
		return nil, &untrusted.Error{Op: "send request", Err: fmt.Errorf("%s is neither https nor on loopback", req.URL.Host)}
	}
	req = req.Clone(req.Context())
	req.Header.Set("User-Agent", l.userAgent)
	if req.Header.Get("Accept") == "" {
		// Some servers answer form-encoded unless asked (RFC 6749 §5.1 wants "application/json").
		req.Header.Set("Accept", "application/json")
	}
	resp, err := l.base.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	resp.Body = &bounded{body: resp.Body, left: maxBody}
	if req.Method != http.MethodPost {
		return resp, nil
	}
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if err != nil {
		return nil, err
	}
	body = normalize(resp.Header, body)
	resp.Body = io.NopCloser(bytes.NewReader(body))
	resp.ContentLength = int64(len(body))
	resp.Header.Del("Content-Length")
	return resp, nil
}

// bounded fails, rather than ends, where a body is longer than allowed: a document cut short may still parse.
type bounded struct {
	body io.ReadCloser
	left int64
}

var errTooLong = &untrusted.Error{Op: "read answer", Err: errors.New("the body is longer than 1 MiB")}

func (b *bounded) Read(p []byte) (int, error) {
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.body.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, errTooLong
	}
	return n, err
}

func (b *bounded) Close() error { return b.body.Close() }
