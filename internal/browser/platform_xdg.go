//go:build !darwin && !windows

package browser

import (
	"context"
	"errors"
	"os/exec"
)

// openers are those of pkg/browser. The package itself is not used: it starts them in our terminal's session, where Ctrl-C
// ends the browser that xdg-open has just started and a text-mode www-browser takes the screen, and it does not try the next
// one after a failure.
var openers = []string{"xdg-open", "x-www-browser", "www-browser"}

func (o Opener) openPlatform(ctx context.Context, u string) error {
	names := openers
	if !o.hasDisplay() {
		names, o.noText = openers[:1], true
	}
	var found [][]string
	for _, name := range names {
		if _, err := exec.LookPath(name); err == nil && !isText([]string{name}) {
			found = append(found, []string{name})
		}
	}
	if found == nil {
		return &Error{openers[0], exec.ErrNotFound}
	}
	err := o.openWith(ctx, found, u)
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.ExitCode() == 3 {
		// xdg-open(1): "3 A required tool could not be found."
		return &Error{openers[0], errors.New("found no browser to start")}
	}
	return err
}
