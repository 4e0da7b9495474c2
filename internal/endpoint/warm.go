package endpoint

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"sync"

	"github.com/oauthget/oauthget/internal/origin"
)

// Warm opens a connection for client's next request to the host of u: it performs the TLS handshake and so loads the
// system's certificates. It sends no request and returns no error: if it fails, the request itself will. An unused
// connection is closed when ctx ends. Behind a proxy, Warm does nothing.
func Warm(ctx context.Context, client *http.Client, u *url.URL) {
	if o, ok := client.Transport.(outermost); ok {
		o.network.open(ctx, u)
	}
}

// outermost is the outermost layer. Warm finds the network through it.
type outermost struct {
	http.RoundTripper
	network *warmed
}

// warmed is the network layer: a transport, and connections opened ahead of time, each for one request. The transport's
// own pool does not accept connections.
type warmed struct {
	transport *http.Transport

	mu    sync.Mutex
	ready map[string]*http.ClientConn // by scheme, host and port
}

// RoundTrip implements [http.RoundTripper].
func (w *warmed) RoundTrip(req *http.Request) (*http.Response, error) {
	conn := w.take(origin.Of(req.URL))
	if conn == nil {
		return w.transport.RoundTrip(req)
	}
	resp, err := conn.RoundTrip(req)
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	resp.Body = lastBody{resp.Body, conn}
	return resp, nil
}

// lastBody closes the connection after its only answer. A hook on the connection's state would be too early: an answer
// without a body counts as done before it is handed over, and the request would fail with the connection.
type lastBody struct {
	io.ReadCloser
	conn *http.ClientConn
}

func (b lastBody) Close() error {
	err := b.ReadCloser.Close()
	_ = b.conn.Close()
	return err
}

// open opens a connection. It skips plain http, which is only used on loopback, where nothing is gained.
func (w *warmed) open(ctx context.Context, u *url.URL) {
	if u.Scheme != "https" || w.proxied(ctx, u) {
		return
	}
	conn, err := w.transport.NewClientConn(ctx, u.Scheme, origin.Address(u))
	if err != nil {
		return
	}
	key := origin.Of(u)
	w.mu.Lock()
	previous := w.ready[key]
	if w.ready == nil {
		w.ready = map[string]*http.ClientConn{}
	}
	w.ready[key] = conn
	w.mu.Unlock()
	if previous != nil {
		_ = previous.Close()
	}
	ctx, stop := context.WithTimeout(ctx, idleLife)
	context.AfterFunc(ctx, func() {
		stop()
		w.mu.Lock()
		defer w.mu.Unlock()
		if w.ready[key] == conn {
			delete(w.ready, key)
			_ = conn.Close()
		}
	})
}

// take returns the opened connection to an origin, reserved for one request, or nil.
func (w *warmed) take(to string) *http.ClientConn {
	w.mu.Lock()
	conn := w.ready[to]
	delete(w.ready, to)
	w.mu.Unlock()
	if conn == nil {
		return nil
	}
	if conn.Reserve() != nil { // the server has closed it
		_ = conn.Close()
		return nil
	}
	return conn
}

// proxied reports whether requests to u go through a proxy, which might treat an extra connection differently.
func (w *warmed) proxied(ctx context.Context, u *url.URL) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), nil)
	if err != nil {
		return true
	}
	proxy, err := w.transport.Proxy(req)
	return err != nil || proxy != nil
}
