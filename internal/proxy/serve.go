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
	// readHeader is how long a caller may take to send the header section of a request.
	readHeader = 10 * time.Second
	// maxCallersHeader bounds that section, in bytes: cookies of 127.0.0.1 are those of all its ports.
	maxCallersHeader = 64 << 10
	// lastWords is how long requests may go on after the proxy has been told to end.
	lastWords = 3 * time.Second
)

// Serve serves until ctx ends, and then for as long as running requests need, up to three seconds. It closes the listener.
// The error is nil where ctx was the end.
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
		// OPTIONS * is judged like everything else.
		DisableGeneralOptionsHandler: true,
		ErrorLog:                     log.New(io.Discard, "", 0), // quotes what strangers sent
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
	grace, done := context.WithTimeout(serving, lastWords)
	defer done()
	err := server.Shutdown(grace)
	cut() // streams, and connections that have become tunnels, which Shutdown does not know
	if errors.Is(err, context.DeadlineExceeded) {
		err = server.Close()
	}
	<-ended
	p.tokens.end()
	return err
}
