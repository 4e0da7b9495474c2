package term

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	xterm "golang.org/x/term"

	"github.com/oauthget/oauthget/internal/token"
)

// openTerminal opens the console, even if the standard streams are redirected. Setting the mode of its input needs a handle for
// writing.
func openTerminal() (in, out *os.File, err error) {
	in, err = os.OpenFile("CONIN$", os.O_RDWR, 0)
	if err != nil {
		return nil, nil, err
	}
	out, err = os.OpenFile("CONOUT$", os.O_WRONLY, 0)
	if err != nil {
		_ = in.Close()
		return nil, nil, err
	}
	return in, out, nil
}

func askSecret(ctx context.Context, prompt string) (token.Secret, error) {
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
	_, _ = io.WriteString(out, prompt)
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

func ask(ctx context.Context, prompt string, limit int) (answer string, err error) {
	in, out, err := openTerminal()
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrNoTerminal, err)
	}
	_, _ = io.WriteString(out, prompt)
	closeBoth(in, out)
	err = readLines(ctx, &lines{limit: limit, take: func(line string) bool { answer = line; return false }})
	return answer, err
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
