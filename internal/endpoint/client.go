// Package endpoint is the one door to an authorization server: the http.Client that every request goes through.
//
// It holds what must be true of each exchange whatever it is about: TLS except on loopback (RFC 6749 §3.1, §3.2),
// an answer within 30 s and 1 MiB, no redirect of a request that bears a secret. It deliberately knows no grant and
// reads no answer's meaning.
package endpoint

import (
	"fmt"
	"net"
	"net/http"
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
}

// NewClient returns the client for a command's requests. Its layers, from the caller inwards: what we add and mend, the
// trace, which so shows what really travels, the limits, the network.
func NewClient(o Options) *http.Client {
	network := &spares{transport: newTransport()}
	var rt http.RoundTripper = limits{network}
	if o.Trace != nil {
		rt = o.Trace(rt)
	}
	return &http.Client{Transport: door{manners{rt, o.UserAgent}, network}, Timeout: Timeout, CheckRedirect: checkRedirect}
}

func newTransport() *http.Transport {
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout:    10 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
		IdleConnTimeout:        idleLife,
		ForceAttemptHTTP2:      true,
	}
}

func checkRedirect(req *http.Request, via []*http.Request) error {
	refuse := func(why string) error {
		return &untrusted.Error{Op: "follow redirect", Err: fmt.Errorf("%s, which redirects to %s", why, req.URL.Hostname())}
	}
	first := via[0]
	switch {
	// A 307 or 308 repeats the body, and with it a one-time code and a client secret, to wherever the answer points.
	case first.Method != http.MethodGet && first.Method != http.MethodHead:
		return refuse("the endpoint must answer a " + first.Method + " itself")
	case len(via) > maxRedirects:
		return refuse(fmt.Sprintf("more than %d redirects", maxRedirects))
	case !confidential.URL(req.URL):
		return refuse("an endpoint that is not https")
	}
	return nil
}
