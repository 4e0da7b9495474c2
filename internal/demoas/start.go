package demoas

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
)

// Running is a Server that listens.
type Running struct {
	*Server
	http   *http.Server
	cancel context.CancelFunc
	served chan struct{} // closed when the accept loop has ended
	once   sync.Once
	err    error
}

// Start listens on addr, a loopback address such as "127.0.0.1:0" (the default where it is empty), and serves until Close
// is called or ctx ends. The issuer is http:// and the address.
func Start(ctx context.Context, addr string, c Config) (*Running, error) {
	listener, issuer, err := listen(ctx, addr)
	if err != nil {
		return nil, err
	}
	server, err := New(issuer, c)
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	serving, cancel := context.WithCancel(context.WithoutCancel(ctx))
	r := &Running{
		Server: server, cancel: cancel, served: make(chan struct{}),
		http: &http.Server{
			Handler:           server,
			BaseContext:       func(net.Listener) context.Context { return serving },
			ReadHeaderTimeout: 10 * time.Second,
			ReadTimeout:       20 * time.Second,
			// Longer than any client should wait for an answer, or a fault that hangs would end too early.
			WriteTimeout:   2 * time.Minute,
			IdleTimeout:    time.Minute,
			MaxHeaderBytes: maxRequestBody,
		},
	}
	go func() {
		defer close(r.served)
		_ = r.http.Serve(listener) // ErrServerClosed, always: only Close closes the listener
	}()
	go func() {
		select {
		case <-ctx.Done():
			_ = r.Close()
		case <-r.served:
		}
	}()
	return r, nil
}

// listen refuses whatever is not loopback: a server that believes every password must not be found by others.
func listen(ctx context.Context, addr string) (net.Listener, string, error) {
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, "", fmt.Errorf("listen: %w", err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, "", fmt.Errorf("listen on %q: not a loopback address", addr)
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, "", fmt.Errorf("listen: %w", err)
	}
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		return nil, "", errors.Join(fmt.Errorf("listen: %w", err), listener.Close())
	}
	return listener, "http://" + net.JoinHostPort(host, port), nil
}

// lastWords is how long Close lets answers that are being written end. A browser holds connections open that it never
// uses, so there has to be a limit.
const lastWords = 200 * time.Millisecond

// Close ends the server: requests that hang are cancelled, answers being written may end, the port is free. It may be
// called more than once and returns the same each time.
func (r *Running) Close() error {
	r.once.Do(func() {
		r.cancel()
		ctx, done := context.WithTimeout(context.Background(), lastWords)
		defer done()
		if r.http.Shutdown(ctx) != nil {
			r.err = r.http.Close()
		}
		<-r.served
	})
	return r.err
}
