package session

import (
	"cmp"
	"context"
	"time"

	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/token"
)

// deviceCode runs the device authorization grant. Unlike the redirect's, its browser may be on any device, and stderr may
// be read there too, so it waits even without a browser or a terminal here.
func (s *Session) deviceCode(ctx context.Context, client *flow.Client) (token.Set, error) {
	stop := func() {}
	defer func() { stop() }()
	client.ShowCode = func(ctx context.Context, d flow.DeviceAuthorization) {
		s.showCode(ctx, d)
		stop = s.console.Countdown(ctx, "for the code to be entered", s.deadline(d))
	}
	// A warning must not stand in the middle of the countdown's line.
	warn := client.Warn
	client.Warn = func(text string) { stop(); warn(text) }
	return client.DeviceCode(ctx)
}

// showCode shows the code and the address to enter it at, and opens a browser if there is one. The code is always shown: "Clients MUST still display the "user_code", as the authorization server will require the user to confirm it to
// disambiguate devices or as remote phishing mitigation." RFC 8628 §3.3.1
func (s *Session) showCode(ctx context.Context, d flow.DeviceAuthorization) {
	s.console.ShowCode(d, false)
	if s.options.NoBrowser {
		return
	}
	go func() {
		if err := s.Browser().Open(ctx, cmp.Or(d.VerificationURIComplete, d.VerificationURI)); err != nil && ctx.Err() == nil {
			s.console.Step("%v; any other device can be used", err)
		}
	}()
}

// deadline is when a device login ends unless the user acts: when the code expires, or after the timeout.
func (s *Session) deadline(d flow.DeviceAuthorization) time.Time {
	own := s.options.Now().Add(s.options.Timeout)
	if !d.Expires.IsZero() && d.Expires.Before(own) {
		return d.Expires
	}
	return own
}
