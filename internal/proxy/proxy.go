// Package proxy is a reverse proxy on this machine that adds a token to what it passes on to one server, so that
// programs can use an API without ever seeing the token: a browser's development server, Postman, an SDK.
//
// It answers to RFC 9110 §7.6 (what an intermediary forwards), RFC 6750 §2.1 and RFC 9449 §7 (how a token is sent). Since
// whoever reaches it has the token's power, most of it is about who may: nothing but loopback or a socket of the user's, a
// path nobody guesses, and no page of another origin (RFC 6454) but those that were allowed.
//
// It deliberately obtains and keeps no token, follows no redirect, reads no body and keeps no cookie: the token goes to
// the one upstream, and what that answers goes to the one who asked.
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

// Options are what one proxy is to do. All but Prefix, Hosts, Origins, Warn, TLS and Log must be set.
type Options struct {
	// Upstream is where requests go, as [ParseUpstream] returns it. What follows the prefix is joined to its path.
	Upstream *url.URL
	// Prefix is the first segment of every path, without slashes; empty for none.
	Prefix string
	// Hosts are what the Host header field may say; none for anything, where no name server has a part in it (a socket).
	Hosts []string
	// Origins are those whose pages may use the proxy, each as [ParseOrigin] returns it.
	Origins []string
	// Set is the token to begin with; Token obtains another, of which there is never more than one call at a time.
	Set    token.Set
	Token  func(ctx context.Context, want Want) (token.Set, error)
	MinTTL time.Duration // how long before its expiry a token is replaced
	// Advise tells in a few lines what is wrong with an error of Token and what to do. It is read by whoever sent the
	// request, and Warn is told the same in one line, where it is not what Warn was told last.
	Advise func(error) string
	Warn   func(text string)
	TLS    *tls.Config // for the upstream
	Now    func() time.Time
	Log    func(Entry) // is told of each request when it has ended, from many goroutines
}

// Want is what is wanted of another token.
type Want struct {
	MinTTL  time.Duration // how long it must live
	Refused token.Secret  // the one that the upstream refused; empty where it is about to expire
}

// Proxy passes requests on. Make one with [New].
type Proxy struct {
	options Options
	guard   guard
	tokens  *tokens
	network *network
	reverse *httputil.ReverseProxy
}

// New makes a proxy. ctx ends with its use: it bounds what outlives a request, the refresh that many requests wait for.
func New(ctx context.Context, o Options) *Proxy {
	p := &Proxy{options: o, guard: newGuard(o), tokens: newTokens(ctx, o), network: newNetwork(o.TLS)}
	p.reverse = &httputil.ReverseProxy{
		Rewrite:        p.rewrite,
		Transport:      &bearer{tokens: p.tokens, next: p.network, nonces: &dpop.Nonces{}, now: o.Now},
		ModifyResponse: p.modifyResponse,
		ErrorHandler:   p.fail,
		FlushInterval:  -1, // events of a stream are worth nothing later
		BufferPool:     &buffers{},
		// What it would say may quote the upstream; what a person is to know goes to Log.
		ErrorLog: log.New(io.Discard, "", 0),
	}
	return p
}

// ServeHTTP implements [http.Handler].
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	seen := &recorder{ResponseWriter: w, origin: r.Header.Get("Origin")}
	if p.options.Log != nil {
		began := p.options.Now()
		// A panic is how the connection of an answer that broke off is closed. The request has ended all the same.
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
	if isForUs(r) {
		seen.WriteHeader(http.StatusNoContent)
		return
	}
	if err := buffer(r); err != nil {
		p.allow(seen.Header(), seen.origin)
		seen.refuse(&refusal{http.StatusBadRequest, "the request's body ended before its Content-Length"})
		return
	}
	p.reverse.ServeHTTP(seen, r.WithContext(withRecorder(r.Context(), seen)))
}
