package proxy

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/oauthget/oauthget/internal/untrusted"
)

// fail answers a request to which the upstream gave no answer. Its text is that of this program and the operating system, never
// the upstream's.
func (p *Proxy) fail(w http.ResponseWriter, r *http.Request, err error) {
	seen := recorderOf(r.Context())
	p.allow(w.Header(), seen.origin)
	if e, ok := errors.AsType[*TokenError](err); ok {
		seen.trouble = "no token"
		seen.refuse(&refusal{http.StatusBadGateway, p.options.Advise(e.Err)})
		return
	}
	if r.Context().Err() != nil { // the caller is gone, or the proxy is ending
		seen.trouble = "cancelled"
		seen.refuse(&refusal{http.StatusServiceUnavailable, "the request was cancelled"})
		return
	}
	cause := untrusted.Network(context.WithoutCancel(r.Context()), &url.Error{Op: r.Method, URL: p.options.Upstream.String(), Err: err})
	seen.trouble = cause.Error()
	seen.refuse(&refusal{http.StatusBadGateway, "the upstream gave no answer: " + cause.Error()})
}

// refuse answers with a plain text.
func (s *recorder) refuse(no *refusal) {
	h := s.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	s.WriteHeader(no.status)
	for line := range strings.Lines(no.why) {
		_, _ = io.WriteString(s, "oauthget proxy: "+untrusted.Line(line)+"\n")
	}
}
