package proxy

import (
	"io"
	"net/http"
	"strings"
)

// trailing is the body of a request that announced trailers. Their values are there when the body has ended, and
// ReverseProxy, which has copied the request by then, passes on names alone.
type trailing struct {
	io.ReadCloser
	in  *http.Request
	out http.Header // those that are passed on, by name
}

// passTrailers has the trailers of in that were announced sent with out, but for those that would not be passed on as
// header fields either: servers put the two together.
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
