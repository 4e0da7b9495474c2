package term

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	xterm "golang.org/x/term"

	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// ErrNoTerminal is returned if the process has no terminal to ask the user on.
var ErrNoTerminal = errors.New("there is no terminal to ask on")

// CanAsk reports whether there is a terminal for AskSecret, even if the standard streams are redirected.
func CanAsk() bool {
	in, out, err := openTerminal()
	if err != nil {
		return false
	}
	closeBoth(in, out)
	return true
}

// AskSecret writes prompt and a colon to the terminal and reads a line without echo. If ctx ends first, as by Ctrl-C, the
// terminal is restored and the error is that of ctx.
//
// The error wraps ErrNoTerminal if there is none. Ctrl-D is ignored, as in x/term.
func AskSecret(ctx context.Context, prompt string) (token.Secret, error) {
	if err := ctx.Err(); err != nil {
		return token.Secret{}, err
	}
	in, out, err := openTerminal()
	if err != nil {
		return token.Secret{}, fmt.Errorf("%w: %w", ErrNoTerminal, err)
	}
	fd := int(in.Fd())
	before, err := xterm.GetState(fd)
	if err != nil {
		closeBoth(in, out)
		return token.Secret{}, fmt.Errorf("%w: %w", ErrNoTerminal, err)
	}
	type answer struct {
		text []byte
		err  error
	}
	answers := make(chan answer, 1)
	go func() {
		text, err := xterm.ReadPassword(fd)
		answers <- answer{text, err}
	}()
	waitForNoEcho(ctx, fd, before)
	_, _ = io.WriteString(out, untrusted.Text(prompt)+": ") // a path in it may contain control characters
	select {
	case a := <-answers:
		_, _ = io.WriteString(out, "\n") // the user's own was not echoed
		closeBoth(in, out)
		if a.err != nil {
			return token.Secret{}, fmt.Errorf("read from the terminal: %w", a.err)
		}
		return token.NewSecret(string(a.text)), nil
	case <-ctx.Done():
		// Only a line ends the read, so it is left behind. Its file stays open, so that no other gets its descriptor.
		_ = xterm.Restore(fd, before)
		_, _ = io.WriteString(out, "\n")
		return token.Secret{}, ctx.Err()
	}
}

// waitForNoEcho waits until echo is off, so that an answer that comes right after the prompt, or Ctrl-C, is not handled before.
// If echo was off already, nothing changes, and the wait ends soon.
func waitForNoEcho(ctx context.Context, fd int, before *xterm.State) {
	limited, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
	defer cancel()
	tick := time.NewTicker(50 * time.Microsecond)
	defer tick.Stop()
	for {
		now, err := xterm.GetState(fd)
		if err != nil || *now != *before {
			return
		}
		select {
		case <-tick.C:
		case <-limited.Done():
			return
		}
	}
}

func closeBoth(in, out *os.File) {
	_ = in.Close()
	if out != in {
		_ = out.Close()
	}
}
