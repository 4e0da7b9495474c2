package main

import (
	"context"
	"fmt"
	"net/url"

	"github.com/oauthget/oauthget/internal/browser"
	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/hint"
	"github.com/oauthget/oauthget/internal/term"
	"github.com/oauthget/oauthget/internal/tokensource"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// mayAsk reports whether a login may be tried. That nobody is there is seen when the browser cannot be opened.
func (a *app) mayAsk() bool { return !a.global.noInput }

// open shows the authorization request and opens the browser, without waiting for it. The URL comes first, whatever
// becomes of the browser. failed is told where none could be opened.
// An address that could do something in a shell, where people paste it, is neither shown nor opened: it is the error.
func (a *app) open(ctx context.Context, opener browser.Opener, r flow.AuthorizationRequest, failed func(error)) error {
	if err := context.Cause(ctx); err != nil {
		return err // it was to end here
	}
	shown, err := browser.Safe(r.URL.String())
	if err != nil {
		return &untrusted.Error{Op: "show authorization URL", Err: err}
	}
	fmt.Fprintf(a.stderr, "oauthget: continue in your browser: %s\n", a.style.Cyan(a.style.Link(shown, a.getenv)))
	a.adviseOnTunnel(r.RedirectURI)
	a.announce("for the browser to come back, or for the address it ends at to be pasted here")
	if a.global.noBrowser {
		return nil
	}
	go func() {
		if err := opener.Open(ctx, shown); err != nil && ctx.Err() == nil {
			failed(err)
		}
	}()
	return nil
}

// withoutBrowser goes on where a person at a terminal can open the address, and gives up where the address went into a
// pipe or a file and nobody is there: to wait would be to hang.
func (a *app) withoutBrowser(giveUp context.CancelCauseFunc) func(error) {
	return func(err error) {
		if term.Is(a.stderr) || term.CanAsk() {
			a.note("%v; open the address above yourself", err)
			return
		}
		giveUp(hint.With(
			fmt.Errorf("%w, and no browser could be opened: %w", tokensource.ErrInteractionRequired, err),
			"add --no-browser, and open the address yourself",
		))
	}
}

// adviseOnTunnel tells a person on another machine how the browser there reaches the listener here.
func (a *app) adviseOnTunnel(redirectURI string) {
	u, err := url.Parse(redirectURI)
	if err != nil {
		return
	}
	if command := browser.SSHTunnel(a.getenv, u.Host); command != "" {
		a.note("on the machine of your browser, first run: %s", command)
	}
}
