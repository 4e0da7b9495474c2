package session

import (
	"cmp"
	"context"
	"time"

	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/token"
)

// deviceCode runs the device authorization grant. Unlike the redirect's, its browser may be anywhere, and so may be
// whoever reads what goes to stderr: it waits also where there is neither a browser nor a terminal.
func (s *Session) deviceCode(ctx context.Context, client *flow.Client) (token.Set, error) {
	stop := func() {}
	defer func() { stop() }()
	client.ShowCode = func(ctx context.Context, d flow.DeviceAuthorization) {
		s.showCode(ctx, d)
		stop = s.console.Countdown(ctx, "for the code to be entered", s.lastMoment(d))
	}
	// Nothing is said in the middle of the countdown's line.
	warn := client.Warn
	client.Warn = func(text string) { stop(); warn(text) }
	return client.DeviceCode(ctx)
}

// showCode tells the person what to enter and where, and opens a browser where there is one. The code is shown in any
// case: "Clients MUST still display the "user_code", as the authorization server will require the user to confirm it to
// disambiguate devices or as remote phishing mitigation." RFC 8628 §3.3.1
func (s *Session) showCode(ctx context.Context, d flow.DeviceAuthorization) {
	s.console.ShowCode(d, false)
	if s.options.NoBrowser {
		return
	}
	go func() {
		if err := s.Browser().Open(ctx, cmp.Or(d.VerificationURIComplete, d.VerificationURI)); err != nil && ctx.Err() == nil {
			s.console.Step("%v; any other device will do", err)
		}
	}()
}

// lastMoment is when a device login ends unless somebody acts: the server's limit or the person's, whichever is first.
func (s *Session) lastMoment(d flow.DeviceAuthorization) time.Time {
	own := s.options.Now().Add(s.options.Timeout)
	if !d.Expires.IsZero() && d.Expires.Before(own) {
		return d.Expires
	}
	return own
}
