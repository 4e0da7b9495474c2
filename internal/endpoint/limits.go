package endpoint

import (
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/oauthget/oauthget/internal/confidential"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// limits is the layer above the network: it refuses plain http and bounds each answer.
type limits struct{ base http.RoundTripper }

// RoundTrip implements [http.RoundTripper].
func (l limits) RoundTrip(req *http.Request) (*http.Response, error) {
	if !confidential.URL(req.URL) {
		return nil, &untrusted.Error{Op: "send request", Err: fmt.Errorf("%s is neither https nor on loopback", untrusted.Quote(req.URL.Host))}
	}
	resp, err := l.base.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	resp.Body = &bounded{body: resp.Body, left: maxBody}
	return resp, nil
}

// bounded returns an error, not io.EOF, if a body is too long: a truncated document may still parse.
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
