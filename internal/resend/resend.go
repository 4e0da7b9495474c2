// Package resend prepares an [http.Request] to be sent a second time: it supplies an unread body and frees the
// connection for reuse (RFC 9110 §9.2.2, RFC 9112 §9.3).
//
// It sends nothing, and does not decide whether or when a request may be repeated.
package resend

import (
	"io"
	"net/http"
)

// Again returns req with an unread body. It reports false if the body cannot be had again.
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

// maxDiscarded is how many bytes of a discarded answer are read, so that its connection can be reused.
const maxDiscarded = 16 << 10

// Discard reads the rest of an unwanted answer, up to a limit, and closes it.
func Discard(body io.ReadCloser) {
	_, _ = io.CopyN(io.Discard, body, maxDiscarded)
	_ = body.Close()
}
