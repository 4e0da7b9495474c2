package flow

import (
	"io"
	"net/http"
	"strings"
)

// canned answers every request alike.
type canned struct {
	status            int
	contentType, body string
}

func (c canned) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: c.status, Status: http.StatusText(c.status), Proto: "HTTP/1.1", Request: r,
		Header: http.Header{"Content-Type": {c.contentType}}, Body: io.NopCloser(strings.NewReader(c.body)),
	}, nil
}
