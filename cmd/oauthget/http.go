package main

import (
	"fmt"
	"net/http"
	"os"

	"github.com/oauthget/oauthget/internal/discovery"
	"github.com/oauthget/oauthget/internal/endpoint"
	"github.com/oauthget/oauthget/internal/trace"
	"github.com/oauthget/oauthget/internal/userdir"
)

// httpClient is the one every request of a command goes through. It is made where it is needed, since a stored token
// needs none.
func (a *app) httpClient() *http.Client { return a.httpClientWith(endpoint.Options{}) }

// httpClientWith is httpClient with what the options say of TLS.
func (a *app) httpClientWith(options endpoint.Options) *http.Client {
	options.UserAgent = "oauthget/" + version
	if a.trace != nil || a.narration != nil {
		options.Trace = a.watch
	}
	return endpoint.NewClient(options)
}

// watch wraps a transport for those who want to see the exchanges.
func (a *app) watch(base http.RoundTripper) http.RoundTripper {
	if a.trace != nil {
		base = a.trace.Wrap(base)
	}
	if a.narration != nil {
		base = trace.Record(base, a.narration.exchange)
	}
	return base
}

// traceToStderr is the value of --trace without a file.
const traceToStderr = "-"

// openTrace finds out before anything is asked whether the trace can be written.
func (a *app) openTrace() error {
	if a.global.trace == traceToStderr {
		a.trace = &trace.Writer{W: a.stderr}
		return nil
	}
	// A trace bears no secret, but it tells who talks to whom: it is for its owner to show.
	f, err := os.OpenFile(a.global.trace, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("open trace file: %w", err)
	}
	a.trace = &trace.Writer{W: f} // unbuffered: the end of the program closes it
	return nil
}

// documents fetches what servers publish, and keeps it for a while.
func (a *app) documents(client *http.Client) discovery.Client {
	dir, err := userdir.Cache(a.getenv, a.goos)
	if err != nil {
		dir = "" // documents are then fetched each time
	}
	return discovery.Client{HTTP: client, CacheDir: dir, Now: a.now}
}
