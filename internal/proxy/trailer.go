package proxy

import (
	"io"
	"net/http"
	"strings"
)

// trailing is the body of a request with trailers. Their values are known at the end of the body. ReverseProxy copies the request
// before, and so passes on their names only.
type trailing struct {
	io.ReadCloser
	in  *http.Request
	out http.Header // the trailers that are passed on
}

// passTrailers sends the announced trailers of in with out, except those that are not passed on as header fields: servers merge the
// two.
func passTrailers(out, in *http.Request) {
	if out.Body == nil || len(out.Trailer) == 0 {
		return
	}
	for _, name := range dropped {
		out.Trailer.Del(name)
	}
	for name := range out.Trailer {
		if strings.HasPrefix(name, "X-Forwarded") || name == "Forwarded" {
			out.Trailer.Del(name)
		}
	}
	out.Body = &trailing{out.Body, in, out.Trailer}
}

// Read implements [io.Reader].
func (b *trailing) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err == io.EOF {
		for name := range b.out {
			b.out[name] = b.in.Trailer[name]
		}
	}
	return n, err
}
