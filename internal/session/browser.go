package session

import (
	"context"
	"fmt"
	"net/url"

	"github.com/oauthget/oauthget/internal/browser"
	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/tokensource"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// Browser opens the profile's browser. A browser runs for hours, and does not get the variables that hold secrets.
func (s *Session) Browser() browser.Opener {
	return browser.Opener{Command: s.Profile.Browser, Getenv: s.options.getenv, Without: s.secretEnv()}
}

// ShowAuthorization shows the authorization request and then opens the browser, without waiting for it. It calls failed
// if no browser could be opened. An address that would do something in a shell, where people paste it, is neither shown
// nor opened but an error.
//
// An address that replaces another is only shown: the user may be typing a password on the page of the first one, which
// stays good once it is open.
func (o Options) ShowAuthorization(ctx context.Context, opener browser.Opener, r flow.AuthorizationRequest, failed func(error)) error {
	if err := context.Cause(ctx); err != nil {
		return err
	}
	shown, err := browser.Safe(r.URL.String())
	if err != nil {
		return &untrusted.Error{Op: "show authorization URL", Err: err}
	}
	if r.Renewed {
		o.Console.Note("the address above can no longer be opened; if its page is not open yet, use this one")
		o.Console.ShowURL(shown)
		return nil
	}
	o.Console.ShowURL(shown)
	o.adviseOnTunnel(r.RedirectURI)
	o.Console.Waiting("for the browser to come back, or for the address it ends at to be pasted here", o.Timeout)
	if o.NoBrowser {
		return nil
	}
	go func() {
		if err := opener.Open(ctx, shown); err != nil && ctx.Err() == nil {
			failed(err)
		}
	}()
	return nil
}

// adviseOnTunnel shows a user who is logged in over SSH how the browser on their computer reaches the listener here.
func (o Options) adviseOnTunnel(redirectURI string) {
	u, err := url.Parse(redirectURI)
	if err != nil {
		return
	}
	if command := browser.SSHTunnel(o.getenv, u.Host); command != "" {
		o.Console.Note("on the machine of your browser, first run: %s", command)
	}
}

// withoutBrowser continues if a user at a terminal can open the address. It gives up if the address went into a pipe or a
// file and nobody is there: waiting would be a hang.
func (s *Session) withoutBrowser(giveUp context.CancelCauseFunc) func(error) {
	return func(err error) {
		if s.console.Attended() {
			s.console.Note("%v; open the address above yourself", err)
			return
		}
		giveUp(fmt.Errorf("%w, and %w: %w", tokensource.ErrInteractionRequired, ErrNoBrowser, err))
	}
}
