package endpoint

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"
)

// Warm opens a connection that client's next request to the host of u will use, with its TLS handshake and the loading
// of the system's certificates. No request is sent, and nothing is returned: where it fails, the request itself will tell.
// It ends with ctx, and so does a connection that was not used. Where a proxy stands between, it does nothing.
func Warm(ctx context.Context, client *http.Client, u *url.URL) {
	if d, ok := client.Transport.(door); ok {
		d.spares.open(ctx, u)
	}
}

// door is the outermost layer. It leads to spares, which other layers hide.
type door struct {
	http.RoundTripper
	spares *spares
}

// spares is the layer of the network: a transport, and connections opened ahead of need, each for one request. The
// transport's own pool has no way to put one in.
type spares struct {
	transport *http.Transport

	mu    sync.Mutex
	ready map[string]*http.ClientConn // by scheme, host and port
}

// RoundTrip implements [http.RoundTripper].
func (s *spares) RoundTrip(req *http.Request) (*http.Response, error) {
	conn := s.take(authority(req.URL))
	if conn == nil {
		return s.transport.RoundTrip(req)
	}
	resp, err := conn.RoundTrip(req)
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	resp.Body = lastBody{resp.Body, conn}
	return resp, nil
}

// lastBody closes the connection after the one answer it was for. A hook on the connection's state would be too early: an
// answer without a body counts as done before it is handed over, and the request then fails with the connection.
type lastBody struct {
	io.ReadCloser
	conn *http.ClientConn
}

func (b lastBody) Close() error {
	err := b.ReadCloser.Close()
	_ = b.conn.Close()
	return err
}

// open opens a spare connection. On plain http, which is on loopback, there is nothing to gain.
func (s *spares) open(ctx context.Context, u *url.URL) {
	if u.Scheme != "https" || s.proxied(ctx, u) {
		return
	}
	conn, err := s.transport.NewClientConn(ctx, u.Scheme, address(u))
	if err != nil {
		return
	}
	key := authority(u)
	s.mu.Lock()
	previous := s.ready[key]
	if s.ready == nil {
		s.ready = map[string]*http.ClientConn{}
	}
	s.ready[key] = conn
	s.mu.Unlock()
	if previous != nil {
		_ = previous.Close()
	}
	ctx, stop := context.WithTimeout(ctx, idleLife)
	context.AfterFunc(ctx, func() {
		stop()
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.ready[key] == conn {
			delete(s.ready, key)
			_ = conn.Close()
		}
	})
}

// take returns the spare connection to an authority, reserved for one request, or nil.
func (s *spares) take(authority string) *http.ClientConn {
	s.mu.Lock()
	conn := s.ready[authority]
	delete(s.ready, authority)
	s.mu.Unlock()
	if conn == nil {
		return nil
	}
	if conn.Reserve() != nil { // the server has closed it
		_ = conn.Close()
		return nil
	}
	return conn
}

// proxied reports whether a request to u would go through a proxy, which may want to be asked in its own way.
func (s *spares) proxied(ctx context.Context, u *url.URL) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), nil)
	if err != nil {
		return true
	}
	proxy, err := s.transport.Proxy(req)
	return err != nil || proxy != nil
}

func authority(u *url.URL) string { return u.Scheme + "://" + address(u) }

func address(u *url.URL) string {
	if port := u.Port(); port != "" {
		return net.JoinHostPort(u.Hostname(), port)
	}
	return net.JoinHostPort(u.Hostname(), map[string]string{"https": "443", "http": "80"}[u.Scheme])
}
