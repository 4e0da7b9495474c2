// Package agentserver is `oauthget agent`: it gives the access tokens of this user's profiles to whoever reaches its socket, and
// signs DPoP proofs for them. The protocol is that of package agent.
//
// It is read from the top: [Server.Serve], then the handlers in handlers.go, and in flights.go how one look into the store serves
// all who wait for it. connections.go has the limits, relay.go what clients are told of a login.
package agentserver

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"time"

	"github.com/oauthget/oauthget/internal/session"
)

// Options configure an agent. All but Profiles and Confirm must be set.
type Options struct {
	Session session.Options // of each session; its Console is the person's who runs the agent
	// Profiles are the names of profiles, and the URLs of APIs, that are served; none for all.
	Profiles []string
	Confirm  Confirm
	// Remedy says what an error comes to: the exit status of oauthget, and hints.
	Remedy func(error) (status int, hints []string)
}

// Confirm says when the person is asked before a client gets a token.
type Confirm string

// The values of Confirm.
const (
	ConfirmNever      Confirm = ""
	ConfirmConnection Confirm = "connection" // once a profile on a client's connection
	ConfirmEach       Confirm = "each"       // each token and each proof
)

func (o Options) check() error {
	switch o.Confirm {
	case ConfirmNever:
		return nil
	case ConfirmConnection, ConfirmEach:
		if o.Session.NoInput || !o.Session.Console.CanAsk() {
			return errors.New("--confirm asks at a terminal, and there is none, or --no-input")
		}
		return nil
	}
	return fmt.Errorf("--confirm is connection or each, not %q", string(o.Confirm))
}

// Server is an agent. Make one with [New].
type Server struct {
	options  Options
	terminal chan struct{} // holds the right to ask the person, of which there is one
	renewals limit
	logins   limit // each opens the person's browser
	flights  flights
	clients  clients
}

// New returns an agent.
func New(o Options) *Server {
	s := &Server{options: o, terminal: make(chan struct{}, 1)}
	s.options.Session.Stdin = http.NoBody // nothing is there for every client
	s.options.Session.FileStores, s.options.Session.Memory = &session.FileStores{}, &session.Memory{}
	if !o.Session.NoInput && o.Session.Console.CanAsk() {
		s.options.Session.FileStores.Ask = s.askPassphrase
	}
	s.flights.inProgress, s.flights.begunBy = map[flightKey]*flight{}, map[int]int{}
	s.clients.perProcess = map[int]int{}
	return s
}

const (
	// readTime is how long a client may take to send a request, and again to send its body.
	readTime = 10 * time.Second
	// writeTime is how long it may take to receive a part of an answer.
	writeTime = 10 * time.Second
	// idleTime is how long a connection is kept without a request.
	idleTime = time.Minute
	// agreedTime is idleTime where the person is asked once a connection.
	agreedTime = 24 * time.Hour
	// maxHeader bounds the header section of a request, in bytes.
	maxHeader = 16 << 10
	// graceTime is how long answers may go on after the agent was told to end. A refresh gets as much.
	graceTime = 5 * time.Second
)

// errEnding is the cause with which whoever waits is sent away at the end.
var errEnding = errors.New("the agent has been ended")

// Serve serves until ctx ends, which is how an agent is meant to end. It closes the listener, and waits for a refresh that is under
// way: the server may have spent the refresh token.
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	base, end := context.WithCancelCause(context.WithoutCancel(ctx))
	defer end(errEnding)
	s.flights.base = base
	server := &http.Server{
		Handler:                      http.HandlerFunc(s.serve),
		BaseContext:                  func(net.Listener) context.Context { return base },
		ConnContext:                  withClient,
		Protocols:                    new(http.Protocols),
		ReadHeaderTimeout:            readTime,
		IdleTimeout:                  idleTime,
		MaxHeaderBytes:               maxHeader,
		DisableGeneralOptionsHandler: true,
		ErrorLog:                     log.New(io.Discard, "", 0), // its messages quote requests
	}
	if s.options.Confirm != ConfirmNever {
		server.IdleTimeout = agreedTime
	}
	server.Protocols.SetHTTP1(true)
	ended := make(chan error, 1)
	go func() {
		ended <- server.Serve(&guarded{Listener: listener, clients: &s.clients, warn: s.options.Session.Console.Warn})
	}()
	var err error
	select {
	case err = <-ended:
	case <-ctx.Done():
		end(errEnding)
		grace, done := context.WithTimeout(context.WithoutCancel(ctx), graceTime)
		defer done()
		if server.Shutdown(grace) != nil {
			_ = server.Close()
		}
		<-ended
	}
	end(errEnding)
	s.flights.running.Wait()
	return err
}
