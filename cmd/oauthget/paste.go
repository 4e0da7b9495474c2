package main

import (
	"context"
	"time"

	"github.com/oauthget/oauthget/internal/term"
)

// maxPasted bounds a pasted address, in bytes: that of the largest codes and JWTs known, and more than a listener takes.
const maxPasted = 64 << 10

// paste takes the address at which the person's browser ended, for as long as the login waits: over SSH and in
// containers the browser is where nothing listens. It says nothing, for the wait has been announced.
func (a *app) paste(ctx context.Context, deliver func(string) error) {
	_ = term.ReadLines(ctx, maxPasted, func(pasted string) (more bool) { // where there is no terminal, nobody is missed
		if pasted == "" {
			return true
		}
		err := deliver(pasted)
		if err != nil && ctx.Err() == nil {
			a.warn("%v; the login goes on", err)
		}
		return err != nil
	})
}

// announce says on a terminal what a login waits for and how long it will. In a pipe the address is all there is to see.
func (a *app) announce(what string) {
	if !term.Is(a.stderr) {
		return
	}
	until := a.now().Add(a.global.timeout).Local()
	a.note("waiting %s, for %s at most (until %s)", what, a.global.timeout.Round(time.Second), until.Format(time.TimeOnly))
}
