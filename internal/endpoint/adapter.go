package endpoint

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
)

// adapter is the layer below the caller: it adds our header fields, and removes the byte order mark that some servers put
// before JSON.
type adapter struct {
	base      http.RoundTripper
	userAgent string
}

// RoundTrip implements [http.RoundTripper].
func (a adapter) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	req.Header.Set("User-Agent", a.userAgent)
	if req.Header.Get("Accept") == "" {
		// Some servers answer form-encoded by default (RFC 6749 §5.1 requires "application/json").
		req.Header.Set("Accept", "application/json")
	}
	resp, err := a.base.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	resp.Body = &unmarked{ReadCloser: resp.Body}
	return resp, nil
}

var byteOrderMark = []byte("\xef\xbb\xbf")

// unmarked is a body without its byte order mark.
type unmarked struct {
	io.ReadCloser
	rest *bufio.Reader // nil before the first read
}

func (u *unmarked) Read(p []byte) (int, error) {
	if u.rest == nil {
		u.rest = bufio.NewReader(u.ReadCloser)
		// A body that is shorter or cannot be read tells so below.
		if start, _ := u.rest.Peek(len(byteOrderMark)); bytes.Equal(start, byteOrderMark) {
			_, _ = u.rest.Discard(len(byteOrderMark))
		}
	}
	return u.rest.Read(p)
}
