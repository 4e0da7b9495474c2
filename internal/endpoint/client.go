// Package endpoint is the one door to an authorization server: the http.Client that every request goes through.
//
// It holds what must be true of each exchange whatever it is about: TLS except on loopback (RFC 6749 §3.1, §3.2),
// an answer within 30 s and 1 MiB, no redirect of a request that bears a secret. It presents the client's certificate
// (RFC 8705) and trusts another authority where it is told to. It deliberately knows no grant and reads no answer's meaning.
package endpoint

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/oauthget/oauthget/internal/confidential"
	"github.com/oauthget/oauthget/internal/untrusted"
)

const (
	// Timeout bounds one exchange from the dial to the last byte of the answer.
	Timeout = 30 * time.Second
	// maxBody bounds an answer's body, in bytes. The largest metadata documents and key sets known are below 100 KiB.
	maxBody = 1 << 20
	// maxRedirects bounds a chain of redirects of a GET. Metadata is at times moved once or twice, never further.
	maxRedirects = 5
	// idleLife is how long a connection is kept without a request, and trusted to be alive.
	idleLife = 90 * time.Second
)

// Options are what differs from one client to another.
type Options struct {
	UserAgent string
	// Trace wraps the transport where a person asked to see the exchanges; nil otherwise.
	Trace func(http.RoundTripper) http.RoundTripper
	// Certificate is presented to every server that asks for one (RFC 8705); nil for none. So a client with one is for the
	// requests of the authenticated client alone, not for what servers publish to everybody.
	Certificate *tls.Certificate
	// Authorities are trusted in place of the system's, which [Authorities] includes; nil for the system's.
	Authorities *x509.CertPool
}

// NewClient returns the client for a command's requests. Its layers, from the caller inwards: what we add and mend, the
// trace, which so shows what really travels, the limits, the network.
func NewClient(o Options) *http.Client {
	network := &spares{transport: newTransport(o)}
	var rt http.RoundTripper = limits{network}
	if o.Trace != nil {
		rt = o.Trace(rt)
	}
	return &http.Client{Transport: door{manners{rt, o.UserAgent}, network}, Timeout: Timeout, CheckRedirect: checkRedirect}
}

func newTransport(o Options) *http.Transport {
	return &http.Transport{
		Proxy:                  confidential.Proxy,
		DialContext:            (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSClientConfig:        o.tlsConfig(),
		TLSHandshakeTimeout:    10 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
		IdleConnTimeout:        idleLife,
		ForceAttemptHTTP2:      true,
		OnProxyConnectResponse: refusedByProxy,
	}
}

// refusedByProxy keeps net/http from making an error of the proxy's own words.
func refusedByProxy(_ context.Context, _ *url.URL, _ *http.Request, answer *http.Response) error {
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%w with status %d", untrusted.ErrProxy, answer.StatusCode)
	}
	return nil
}

// checkRedirect says why a redirect is not followed, and never where it leads: a server may have written there what it
// was sent.
func checkRedirect(req *http.Request, via []*http.Request) error {
	refuse := func(why string) error {
		return &untrusted.Error{Op: "follow redirect", Err: errors.New(why)}
	}
	first := via[0]
	switch {
	// A 307 or 308 repeats the body, and with it a one-time code and a client secret, to wherever the answer points.
	case first.Method != http.MethodGet && first.Method != http.MethodHead:
		return refuse("the endpoint redirects where it must answer a " + first.Method + " itself")
	case first.Header.Get("Authorization") != "":
		return refuse("the endpoint redirects a request that bears a token")
	case len(via) > maxRedirects:
		return refuse(fmt.Sprintf("the server redirects more than %d times", maxRedirects))
	case !confidential.URL(req.URL):
		return refuse("the server redirects to an address that is not https")
	// Loopback is as good as TLS only for a server that is on loopback itself: who listens here on the port that a
	// distant server names is not known.
	case req.URL.Scheme != "https" && slices.ContainsFunc(via, func(r *http.Request) bool { return r.URL.Scheme == "https" }):
		return refuse("the server redirects from https to plain http on this machine")
	}
	return nil
}
