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

// ErrNoTerminal says that the process has no terminal on which a person could be asked.
var ErrNoTerminal = errors.New("there is no terminal to ask on")

// CanAsk reports whether there is a terminal for AskSecret, wherever the standard streams go.
func CanAsk() bool {
	in, out, err := openTerminal()
	if err != nil {
		return false
	}
	closeBoth(in, out)
	return true
}

// AskSecret shows prompt and a colon on the terminal itself and reads a line that is not shown. When ctx ends first, as by Ctrl-C,
// the terminal is as it was before and the error is ctx's.
//
// The error wraps ErrNoTerminal where there is none. Ctrl-D is ignored, as x/term has it.
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
	waitForSilence(ctx, fd, before)
	_, _ = io.WriteString(out, untrusted.Text(prompt)+": ") // a path in it is the user's, and may hold what a terminal obeys
	select {
	case a := <-answers:
		_, _ = io.WriteString(out, "\n") // the person's own was not shown
		closeBoth(in, out)
		if a.err != nil {
			return token.Secret{}, fmt.Errorf("read from the terminal: %w", a.err)
		}
		return token.NewSecret(string(a.text)), nil
	case <-ctx.Done():
		// Nothing ends the read but a line. It is left behind with its file, whose number must not become another's.
		_ = xterm.Restore(fd, before)
		_, _ = io.WriteString(out, "\n")
		return token.Secret{}, ctx.Err()
	}
}

// waitForSilence waits until the terminal shows no more what is typed, so that whoever answers the prompt at once, be it
// with Ctrl-C, does not overtake that. A terminal that was silent before shows no change, and is not waited for long.
func waitForSilence(ctx context.Context, fd int, before *xterm.State) {
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
