// Package resend is what it takes to send an [http.Request] a second time: a body that has not been read, and a
// connection that can be used again (RFC 9110 §9.2.2, RFC 9112 §9.3).
//
// It deliberately sends nothing, and decides neither whether a request may be repeated nor when.
package resend

import (
	"io"
	"net/http"
)

// Again returns req with a body that has not been read; false where there is no way to one.
func Again(req *http.Request) (*http.Request, bool) {
	if req.Body == nil || req.Body == http.NoBody {
		return req, true
	}
	if req.GetBody == nil {
		return nil, false
	}
	body, err := req.GetBody()
	if err != nil {
		return nil, false
	}
	again := new(http.Request) // "RoundTrip should not modify the request"
	*again = *req
	again.Body = body
	return again, true
}

// maxDiscarded is how much of an answer that nobody wants is read so that its connection can be used again, in bytes.
const maxDiscarded = 16 << 10

// Discard ends an answer that nobody wants.
func Discard(body io.ReadCloser) {
	_, _ = io.CopyN(io.Discard, body, maxDiscarded)
	_ = body.Close()
}
