// Package endpoint makes the http.Client that every request to an authorization server goes through.
//
// It enforces what holds for every exchange: TLS except on loopback (RFC 6749 §3.1, §3.2), an answer within 30 s and 1
// MiB, and no redirect of a request that carries a secret. It presents the client's certificate (RFC 8705) and trusts
// additional authorities. It knows no grant and does not interpret answers.
package endpoint

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"slices"
	"time"

	"github.com/oauthget/oauthget/internal/confidential"
	"github.com/oauthget/oauthget/internal/untrusted"
)

const (
	// Timeout bounds one exchange from the dial to the last byte of the answer.
	Timeout = 30 * time.Second
	// maxBody bounds an answer's body, in bytes. The largest known metadata and key sets are below 200 KB.
	maxBody = 1 << 20
	// maxRedirects bounds the redirects of a GET. Metadata is sometimes moved once or twice.
	maxRedirects = 5
	// idleLife is how long an idle connection is kept.
	idleLife = 90 * time.Second
)

// Options configures a client.
type Options struct {
	UserAgent string
	// Wrap wraps the transport, as to record the exchanges; may be nil.
	Wrap func(http.RoundTripper) http.RoundTripper
	// Certificate is presented to every server that asks for one (RFC 8705); may be nil. Use a client with a
	// certificate only for the authenticated client's own requests, not for public documents.
	Certificate *tls.Certificate
	// Authorities replaces the system's certificate authorities, which [Authorities] includes; nil for the system's.
	Authorities *x509.CertPool
	// FAPI restricts TLS to what the FAPI 2.0 Security Profile recommends.
	FAPI bool
}

// NewClient returns the client for a command's requests. Its layers, from the caller inwards: headers and
// normalisation, the trace (which shows what is really sent), the limits, the network.
func NewClient(o Options) *http.Client {
	network := &warmed{transport: newTransport(o)}
	var rt http.RoundTripper = limits{network}
	if o.Wrap != nil {
		rt = o.Wrap(rt)
	}
	return &http.Client{Transport: outermost{adapter{rt, o.UserAgent}, network}, Timeout: Timeout, CheckRedirect: checkRedirect}
}

func newTransport(o Options) *http.Transport {
	return &http.Transport{
		Proxy:                  confidential.Proxy,
		DialContext:            confidential.Dial(&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}),
		TLSClientConfig:        o.TLSConfig(),
		TLSHandshakeTimeout:    10 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
		IdleConnTimeout:        idleLife,
		ForceAttemptHTTP2:      true,
		OnProxyConnectResponse: untrusted.CheckProxyAnswer,
	}
}

// RedirectError is returned for a redirect that is not followed.
type RedirectError struct{ reason string }

func (e *RedirectError) Error() string { return e.reason }

// checkRedirect refuses redirects. Its errors never contain the target: a server may echo a secret there.
func checkRedirect(req *http.Request, via []*http.Request) error {
	refuse := func(why string) error {
		return &untrusted.Error{Op: "follow redirect", Err: &RedirectError{why}}
	}
	first := via[0]
	switch {
	// A 307 or 308 would send the body, with its one-time code and client secret, to wherever the answer points.
	case first.Method != http.MethodGet && first.Method != http.MethodHead:
		return refuse("the endpoint redirects a " + first.Method + " request")
	case first.Header.Get("Authorization") != "":
		return refuse("the endpoint redirects a request that carries a token")
	case len(via) > maxRedirects:
		return refuse(fmt.Sprintf("the server redirects more than %d times", maxRedirects))
	case !confidential.URL(req.URL):
		return refuse("the server redirects to an address that is not https")
	// Plain http on loopback is accepted only from a server on loopback: a remote server cannot know what listens on a
	// port of this machine.
	case req.URL.Scheme != "https" && slices.ContainsFunc(via, func(r *http.Request) bool { return r.URL.Scheme == "https" }):
		return refuse("the server redirects from https to plain http on this machine")
	}
	return nil
}
