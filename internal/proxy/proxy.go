// Package proxy is a reverse proxy on this machine that adds a token to the requests to one server, so that programs can use an
// API without seeing the token: a browser's development server, Postman, an SDK.
//
// It follows RFC 9110 §7.6 (what an intermediary forwards), RFC 6750 §2.1 and RFC 9449 §7 (how a token is sent). Whoever can
// reach the proxy can use the token, so much of the package limits that: it listens on loopback or on a socket of the user, below
// a path that cannot be guessed, and accepts pages of other origins (RFC 6454) only if they were allowed.
//
// It does not obtain or store tokens, follow redirects, read bodies or keep cookies. The token goes to the upstream, and the
// upstream's answer to the caller.
package proxy

import (
	"context"
	"crypto/tls"
	"io"
	"log"
	"net/http"
	"net/http/httputil"
	"net/url"
	"time"

	"github.com/oauthget/oauthget/internal/dpop"
	"github.com/oauthget/oauthget/internal/token"
)

// Options configure a proxy. All but Prefix, Hosts, Origins, Answer, Provers, Warn, TLS and Log must be set.
type Options struct {
	// Upstream is where requests go, as [ParseUpstream] returns it. The path of a request, without the prefix, is appended to its
	// path.
	Upstream *url.URL
	// Prefix is the first segment of every path, without slashes; empty for none.
	Prefix string
	// Hosts are the allowed values of the Host header field; none allows all, for a socket, which needs no name server.
	Hosts []string
	// Origins are the origins whose pages may use the proxy, each as [ParseOrigin] returns it.
	Origins []string
	// Set is the first token. Token obtains another; there is one call of it at a time.
	Set   token.Set
	Token func(ctx context.Context, want Want) (token.Set, error)
	// Answer obtains another token where a refresh does not do: in place of refused, which the upstream has answered with status and
	// header. With ErrAccepted the answer is passed on without a word, with any other error after a warning. It is called neither
	// twice at a time nor beside Token.
	// After an error that is no ErrNobody, the same is not demanded again for a while.
	Answer                 func(ctx context.Context, refused token.Set, status int, header http.Header) (token.Set, error)
	ErrAccepted, ErrNobody error

	Provers dpop.Provers  // for tokens that are bound to a key
	MinTTL  time.Duration // how long before its expiry a token is replaced
	// Advise describes an error of Token and what to do about it, in a few lines, for the answer to the request. Warn is called
	// with the same text in one line, unless that was its last call.
	Advise func(error) string
	Warn   func(text string)
	TLS    *tls.Config // for the upstream
	Now    func() time.Time
	Log    func(Entry) // is called after each request, from several goroutines
}

// Want is what another token is needed for.
type Want struct {
	MinTTL  time.Duration // how long it must live
	Refused token.Secret  // the token that the upstream has refused; empty if the token is about to expire
}

// Proxy is the reverse proxy. Make one with [New].
type Proxy struct {
	options Options
	guard   guard
	tokens  *tokens
	network *network
	reverse *httputil.ReverseProxy
}

// New returns a proxy. ctx must not end before its use does: it bounds the refresh, for which many requests may wait.
func New(ctx context.Context, o Options) *Proxy {
	p := &Proxy{options: o, guard: newGuard(o), tokens: newTokens(ctx, o), network: newNetwork(o.TLS)}
	p.reverse = &httputil.ReverseProxy{
		Rewrite:        p.rewrite,
		Transport:      &bearer{tokens: p.tokens, next: p.network, nonces: &dpop.Nonces{}, now: o.Now},
		ModifyResponse: p.modifyResponse,
		ErrorHandler:   p.fail,
		FlushInterval:  -1, // events of a stream must not be delayed
		BufferPool:     &buffers{},
		// Its messages may quote the upstream. Log has what a person needs.
		ErrorLog: log.New(io.Discard, "", 0),
	}
	return p
}

// ServeHTTP implements [http.Handler].
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	seen := &recorder{ResponseWriter: w, origin: r.Header.Get("Origin")}
	if p.options.Log != nil {
		began := p.options.Now()
		// Deferred, because ReverseProxy panics to close the connection when an answer breaks off.
		defer func() { p.options.Log(p.entry(r, seen, p.options.Now().Sub(began))) }()
	}
	if no := p.guard.check(r); no != nil {
		seen.refuse(no)
		return
	}
	if isPreflight(r) {
		answerPreflight(seen, r)
		return
	}
	if isFinal(r) {
		seen.WriteHeader(http.StatusNoContent)
		return
	}
	if err := buffer(r); err != nil {
		p.allow(seen.Header(), seen.origin)
		seen.refuse(&refusal{http.StatusBadRequest, "the request's body is shorter than its Content-Length"})
		return
	}
	p.reverse.ServeHTTP(seen, r.WithContext(withRecorder(r.Context(), seen)))
}
