package proxy

import (
	"crypto/tls"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/oauthget/oauthget/internal/confidential"
	"github.com/oauthget/oauthget/internal/untrusted"
)

const (
	dialTimeout = 10 * time.Second
	// idleLife is how long an idle connection is kept.
	idleLife = 90 * time.Second
	// maxIdle is the number of idle connections to the upstream that are kept: a browser sends dozens of requests at once.
	maxIdle = 64
	// pingAfter and pingTimeout detect that the upstream is gone while a stream is silent (RFC 9113 §6.7).
	pingAfter, pingTimeout = 30 * time.Second, 15 * time.Second
	// maxHeader is the limit of the header section of an answer, in bytes.
	maxHeader = 1 << 20
)

// network sends requests. An answer may take any time, since a stream may live for days. A caller that does not want to wait
// closes the connection, which ends the request.
type network struct {
	usual *http.Transport // HTTP/1.1; over TLS HTTP/2 if the upstream supports it
	h2c   *http.Transport // HTTP/2 without TLS, which cannot be negotiated
}

func newNetwork(config *tls.Config) *network {
	n := &network{newTransport(config), newTransport(nil)}
	n.usual.Protocols, n.h2c.Protocols = new(http.Protocols), new(http.Protocols)
	n.usual.Protocols.SetHTTP1(true)
	n.usual.Protocols.SetHTTP2(true)
	n.h2c.Protocols.SetUnencryptedHTTP2(true)
	return n
}

func newTransport(config *tls.Config) *http.Transport {
	return &http.Transport{
		Proxy:                  confidential.Proxy,
		DialContext:            confidential.Dial(&net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second}),
		TLSClientConfig:        config,
		TLSHandshakeTimeout:    dialTimeout,
		DisableCompression:     true, // the caller may not understand it
		MaxIdleConnsPerHost:    maxIdle,
		IdleConnTimeout:        idleLife,
		ExpectContinueTimeout:  time.Second,
		MaxResponseHeaderBytes: maxHeader,
		OnProxyConnectResponse: untrusted.CheckProxyAnswer,
		HTTP2:                  &http.HTTP2Config{SendPingTimeout: pingAfter, PingTimeout: pingTimeout},
	}
}

// RoundTrip implements [http.RoundTripper]. Over plain http a gRPC call is sent by HTTP/2, as gRPC requires, and everything else by
// HTTP/1.1.
func (n *network) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Scheme == "http" && req.ProtoMajor == 2 && strings.HasPrefix(req.Header.Get("Content-Type"), "application/grpc") {
		return n.h2c.RoundTrip(req)
	}
	return n.usual.RoundTrip(req)
}

func (n *network) close() {
	n.usual.CloseIdleConnections()
	n.h2c.CloseIdleConnections()
}

// buffers are the buffers for copying bodies.
type buffers struct{ pool sync.Pool }

// bufferSize is the size that ReverseProxy uses without a pool, in bytes.
const bufferSize = 32 << 10

// Get implements [httputil.BufferPool].
func (b *buffers) Get() []byte {
	if p, ok := b.pool.Get().(*[]byte); ok {
		return *p
	}
	return make([]byte, bufferSize)
}

// Put implements [httputil.BufferPool].
func (b *buffers) Put(p []byte) { b.pool.Put(&p) }
