package proxy

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"time"
)

const (
	// readHeader is how long a caller may take to send the header section.
	readHeader = 10 * time.Second
	// maxCallersHeader is the limit of that section, in bytes. It is large, because cookies of 127.0.0.1 are sent to all its ports.
	maxCallersHeader = 64 << 10
	// graceTime is how long requests may go on after the proxy was told to end.
	graceTime = 3 * time.Second
)

// Serve serves until ctx ends, and then up to three seconds more for running requests. It closes the listener. The error is nil if
// ctx was the reason.
func (p *Proxy) Serve(ctx context.Context, listener net.Listener) error {
	defer p.network.close()
	serving, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	server := &http.Server{
		Handler:           p,
		BaseContext:       func(net.Listener) context.Context { return serving },
		Protocols:         new(http.Protocols),
		ReadHeaderTimeout: readHeader,
		IdleTimeout:       idleLife,
		MaxHeaderBytes:    maxCallersHeader,
		// OPTIONS * is checked like every request.
		DisableGeneralOptionsHandler: true,
		ErrorLog:                     log.New(io.Discard, "", 0), // its messages quote requests
	}
	server.Protocols.SetHTTP1(true)
	server.Protocols.SetUnencryptedHTTP2(true) // gRPC
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	grace, done := context.WithTimeout(serving, graceTime)
	defer done()
	err := server.Shutdown(grace)
	cut() // streams and tunnels, which Shutdown does not end
	if errors.Is(err, context.DeadlineExceeded) {
		err = server.Close()
	}
	<-ended
	p.tokens.end()
	return err
}
