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
	// idleLife is how long a connection is kept without a request.
	idleLife = 90 * time.Second
	// maxIdle is how many connections to the upstream are kept for the next requests: a browser sends some dozens at
	// once.
	maxIdle = 64
	// pingAfter and pingTimeout find out that an upstream is gone while a stream is silent (RFC 9113 §6.7).
	pingAfter, pingTimeout = 30 * time.Second, 15 * time.Second
	// maxHeader bounds an answer's header section, in bytes.
	maxHeader = 1 << 20
)

// network is the layer that sends. There is no limit to how long an answer takes: a stream lives for days, and whoever
// has no patience left closes the connection, which ends the request.
type network struct {
	usual *http.Transport // HTTP/1.1, or over TLS what the upstream prefers
	h2c   *http.Transport // HTTP/2 without TLS, for which there is no way to ask
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
		DialContext:            (&net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second}).DialContext,
		TLSClientConfig:        config,
		TLSHandshakeTimeout:    dialTimeout,
		DisableCompression:     true, // what the caller did not ask for, it could not read
		MaxIdleConnsPerHost:    maxIdle,
		IdleConnTimeout:        idleLife,
		ExpectContinueTimeout:  time.Second,
		MaxResponseHeaderBytes: maxHeader,
		OnProxyConnectResponse: untrusted.CheckProxyAnswer,
		HTTP2:                  &http.HTTP2Config{SendPingTimeout: pingAfter, PingTimeout: pingTimeout},
	}
}

// RoundTrip implements [http.RoundTripper]. On plain http a gRPC call goes out as it came in, by HTTP/2, which gRPC cannot do
// without; all else by HTTP/1.1, which every server speaks.
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

// buffers are those that bodies are copied through.
type buffers struct{ pool sync.Pool }

// bufferSize is what ReverseProxy takes for each request without a pool, in bytes.
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
