package main

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/term"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// deviceCode runs the device authorization grant. Unlike the redirect's, its browser may be anywhere, and so may be
// whoever reads what goes to stderr: it waits also where there is neither a browser nor a terminal.
func (s *session) deviceCode(ctx context.Context, client *flow.Client) (token.Set, error) {
	stop := func() {}
	defer func() { stop() }()
	client.ShowCode = func(ctx context.Context, d flow.DeviceAuthorization) {
		s.showCode(ctx, d)
		stop = s.countDown(ctx, s.lastMoment(d))
	}
	// Nothing is said in the middle of the countdown's line.
	warn, accept := client.Warn, s.acceptFor(client)
	client.Warn = func(text string) { stop(); warn(text) }
	client.Accept = func(ctx context.Context, set token.Set) (token.Set, error) { stop(); return accept(ctx, set) }
	return client.DeviceCode(ctx)
}

// showCode tells the person what to enter and where, and opens a browser where there is one. The code is shown in any
// case: "Clients MUST still display the "user_code", as the authorization server will require the user to confirm it to
// disambiguate devices or as remote phishing mitigation." RFC 8628 §3.3.1
func (s *session) showCode(ctx context.Context, d flow.DeviceAuthorization) {
	best := d.VerificationURI
	fmt.Fprintf(s.stderr, "oauthget: continue in your browser: %s\n", s.style.Cyan(d.VerificationURI))
	fmt.Fprintf(s.stderr, "oauthget: enter the code there, on this device or any other: %s\n", s.style.Bold(d.UserCode))
	if d.VerificationURIComplete != "" {
		best = d.VerificationURIComplete
		fmt.Fprintf(s.stderr, "oauthget: the same, with the code in it: %s\n", s.style.Cyan(best))
	}
	s.showQRCode(best)
	if s.global.noBrowser {
		return
	}
	go func() {
		if err := s.opener().Open(ctx, best); err != nil && ctx.Err() == nil {
			s.step("%v; any other device will do", err)
		}
	}()
}

// showQRCode draws an address for the camera of a telephone, where there is a terminal with room for it.
func (a *app) showQRCode(address string) {
	if !term.Is(a.stderr) || a.getenv("TERM") == "dumb" || !term.Unicode(a.getenv, a.goos) {
		return
	}
	lines := a.style.QRCode(address)
	if len(lines) > 0 && term.Fits(a.stderr, 2*len(lines), len(lines)) {
		fmt.Fprintln(a.stderr, strings.Join(lines, "\n"))
	}
}

// lastMoment is when a device login ends unless somebody acts: the server's limit or the person's, whichever is first.
func (s *session) lastMoment(d flow.DeviceAuthorization) time.Time {
	own := s.now().Add(s.global.timeout)
	if !d.Expires.IsZero() && d.Expires.Before(own) {
		return d.Expires
	}
	return own
}

// countLine is more than the line of a countdown has columns. A narrower terminal would break the line, and keep half of it.
const countLine = 70

// countDown shows in one line of a terminal how long there is until end. stop takes the line away, and may be called
// again. A terminal that cannot go back in a line, or is told each step in between, is told the time once, a pipe not at
// all.
func (a *app) countDown(ctx context.Context, end time.Time) (stop func()) {
	if !term.Fits(a.stderr, countLine, 1) || a.getenv("TERM") == "dumb" || a.global.verbose || a.global.trace == traceToStderr {
		a.announce("for the code to be entered")
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	var counting sync.WaitGroup
	counting.Go(func() { a.count(ctx, end) })
	return func() { cancel(); counting.Wait() }
}

// count rewrites its line each second until ctx ends. It needs no escape sequence: each text covers the one before.
func (a *app) count(ctx context.Context, end time.Time) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	width := 0
	write := func(text string) {
		fmt.Fprintf(a.stderr, "\r%-*s\r%s", width, "", text)
		width = len(text)
	}
	defer write("")
	for {
		left := max(0, end.Sub(a.now()).Round(time.Second))
		write(untrusted.Line(fmt.Sprintf("oauthget: waiting for the code to be entered, for %s", left)))
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
