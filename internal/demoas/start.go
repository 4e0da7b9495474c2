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
	*Listening
}

// Start listens on addr, a loopback address such as "127.0.0.1:0" (the default), and serves until Close is called or ctx
// ends. The issuer is http:// and the address. extend adds to the server before it serves.
func Start(ctx context.Context, addr string, c Config, extend ...func(*Server)) (*Running, error) {
	listener, issuer, err := Listen(ctx, addr)
	if err != nil {
		return nil, err
	}
	server, err := New(issuer, c)
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	for _, f := range extend {
		f(server)
	}
	return &Running{server, Serve(ctx, listener, server)}, nil
}

// Listen listens on a loopback address for [Serve], and returns the issuer that goes with it. It refuses other addresses: a
// server that accepts every password must not be reachable from other machines.
func Listen(ctx context.Context, addr string) (net.Listener, string, error) {
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

// Listening is an HTTP server that listens.
type Listening struct {
	http   *http.Server
	cancel context.CancelFunc
	served chan struct{} // closed when the accept loop has ended
	once   sync.Once
	err    error
}

// Serve serves h until Close is called or ctx ends.
func Serve(ctx context.Context, listener net.Listener, h http.Handler) *Listening {
	serving, cancel := context.WithCancel(context.WithoutCancel(ctx))
	l := &Listening{
		cancel: cancel, served: make(chan struct{}),
		http: &http.Server{
			Handler:           h,
			BaseContext:       func(net.Listener) context.Context { return serving },
			ReadHeaderTimeout: 10 * time.Second,
			ReadTimeout:       20 * time.Second,
			// Longer than a client waits for an answer, for the tests whose server does not answer.
			WriteTimeout:   2 * time.Minute,
			IdleTimeout:    time.Minute,
			MaxHeaderBytes: maxRequestBody,
		},
	}
	go func() {
		defer close(l.served)
		_ = l.http.Serve(listener) // always ErrServerClosed: only Close closes the listener
	}()
	go func() {
		select {
		case <-ctx.Done():
			_ = l.Close()
		case <-l.served:
		}
	}()
	return l
}

// closeTime is how long Close waits for answers that are being written. It is short because a browser keeps connections
// open that it never uses.
const closeTime = 200 * time.Millisecond

// Close ends the server: it cancels requests that hang, lets answers that are being written end, and frees the port. It may
// be called more than once and returns the same error each time.
func (l *Listening) Close() error {
	l.once.Do(func() {
		l.cancel()
		ctx, done := context.WithTimeout(context.Background(), closeTime)
		defer done()
		if l.http.Shutdown(ctx) != nil {
			l.err = l.http.Close()
		}
		<-l.served
	})
	return l.err
}
