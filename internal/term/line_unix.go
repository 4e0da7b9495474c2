//go:build !windows

package term

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/oauthget/oauthget/internal/token"
)

// readLines turns off line editing, in which a terminal keeps at most 4,096 bytes of a line, and 1,024 on macOS: an
// authorization response may be longer. Ctrl-C still works. Echo is off, so that the code does not stay on the screen.
func readLines(ctx context.Context, l *lines) error {
	return (&reader{lines: l}).run(ctx)
}

// maxAnswer is more than a terminal keeps of a line, in bytes.
const maxAnswer = 64 << 10

func askSecret(ctx context.Context, prompt string) (token.Secret, error) {
	var answer string
	r := &reader{prompt: prompt, lines: &lines{
		limit: maxAnswer, noEOF: true, take: func(line string) bool { answer = line; return false },
	}}
	err := r.run(ctx)
	switch {
	case ctx.Err() != nil:
		return token.Secret{}, ctx.Err()
	case errors.Is(err, ErrNoTerminal):
		return token.Secret{}, err
	case err != nil:
		return token.Secret{}, fmt.Errorf("read from the terminal: %w", err)
	}
	return token.NewSecret(answer), nil
}

func ask(ctx context.Context, prompt string, limit int) (answer string, err error) {
	r := &reader{prompt: prompt, echo: true, lines: &lines{
		limit: limit, take: func(line string) bool { answer = line; return false },
	}}
	return answer, r.run(ctx)
}

// reader reads lines from a terminal, which it changes while it reads. It does so from the foreground only: what the terminal
// has otherwise is another program's, and to change that from the background would stop this one (SIGTTOU).
type reader struct {
	lines *lines
	// prompt is written whenever the terminal has been made ready. Without one nothing shows that somebody is asked: the
	// reader waits in the background, while one with a prompt stops there, as programs that ask do. One with a prompt takes
	// its line from the terminal's own editing, which leaves what was typed ahead to the next question.
	prompt string
	echo   bool // what is typed behind the prompt is shown

	tty          *os.File
	woken, waker *os.File // a pipe

	mu       sync.Mutex
	before   *unix.Termios // what the terminal had; nil while we have not changed it
	answered bool          // the last line that was wanted has come
	paused   time.Time     // the program is about to stop, which takes a moment
}

func (r *reader) run(ctx context.Context) (err error) {
	if r.tty, _, err = openTerminal(); err != nil {
		return fmt.Errorf("%w: %w", ErrNoTerminal, err)
	}
	defer func() { _ = r.tty.Close() }()
	if r.woken, r.waker, err = os.Pipe(); err != nil {
		return err
	}
	defer func() { _, _ = r.woken.Close(), r.waker.Close() }()
	defer context.AfterFunc(ctx, r.wake)()
	theStops().add(r)
	defer theStops().remove(r)
	defer r.giveBack()
	for {
		ready, err := r.take()
		if err != nil {
			return err
		}
		typed, err := r.wait(ready)
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err != nil:
			return err
		case !typed:
			continue
		}
		if ours, err := inForeground(r.tty); !ours || err != nil {
			continue // reading would stop the program
		}
		// By the character, since what is typed behind the line may be the answer to the next question.
		var buffer [1]byte
		n, err := unix.Read(int(r.tty.Fd()), buffer[:])
		switch {
		case err == unix.EINTR, n == 0 && err == nil && r.lines.noEOF:
		case n <= 0 || err != nil:
			return io.EOF
		case !r.lines.typed(buffer[:n]):
			r.mu.Lock()
			r.answered = true
			r.mu.Unlock()
			return nil
		}
	}
}

// take makes the terminal ready if it is ours, and reports whether it is.
func (r *reader) take() (ready bool, err error) {
	// In the foreground there is nothing to stop for, and to drain the terminal's output would wait for whoever shows it.
	if ours, err := inForeground(r.tty); r.prompt != "" && err == nil && !ours {
		if err := stopInBackground(r.tty); err != nil && err != unix.EINTR {
			return false, fmt.Errorf("%w: %w", ErrNoTerminal, err)
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	ours, err := inForeground(r.tty)
	switch {
	case err != nil:
		return false, fmt.Errorf("%w: %w", ErrNoTerminal, err)
	case !ours:
		r.before = nil
		return false, nil
	case r.before != nil:
		return true, nil
	case time.Now().Before(r.paused):
		return false, nil
	}
	fd := int(r.tty.Fd())
	before, err := unix.IoctlGetTermios(fd, getTermios)
	if err != nil {
		return false, fmt.Errorf("%w: %w", ErrNoTerminal, err)
	}
	changed := *before
	if !r.echo {
		changed.Lflag &^= unix.ECHO
	}
	if r.prompt == "" {
		changed.Lflag &^= unix.ICANON
		changed.Cc[unix.VMIN], changed.Cc[unix.VTIME] = 1, 0
	}
	if err := unix.IoctlSetTermios(fd, setTermios, &changed); err != nil {
		return false, fmt.Errorf("%w: %w", ErrNoTerminal, err)
	}
	r.before, r.lines.text, r.lines.within = before, nil, noSequence
	_, _ = io.WriteString(r.tty, r.prompt)
	return true, nil
}

// giveBack restores the terminal.
func (r *reader) giveBack() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if ours, err := inForeground(r.tty); err != nil || !ours || r.before == nil {
		return
	}
	if r.prompt != "" && !(r.echo && r.answered) {
		_, _ = io.WriteString(r.tty, "\n") // the user's own was not echoed, or there was none
	}
	_ = unix.IoctlSetTermios(int(r.tty.Fd()), setTermios, r.before)
	r.before = nil
}

// pause is called before the program stops, and resume when it has been continued.
func (r *reader) pause() {
	r.giveBack()
	r.mu.Lock()
	r.paused = time.Now().Add(time.Second)
	r.mu.Unlock()
}

func (r *reader) resume() {
	r.mu.Lock()
	r.paused = time.Time{}
	r.mu.Unlock()
	r.wake()
}

func (r *reader) wake() { _, _ = r.waker.Write([]byte{0}) }

// wait returns when there is input, if the terminal is ready, when it is woken, or after a second: a program is not told that it
// has come to the foreground. It uses select because macOS cannot poll a terminal.
func (r *reader) wait(ready bool) (typed bool, err error) {
	var readable unix.FdSet
	tty, woken := int(r.tty.Fd()), int(r.woken.Fd())
	readable.Set(woken)
	if ready {
		readable.Set(tty)
	}
	_, err = unix.Select(max(tty, woken)+1, &readable, nil, nil, &unix.Timeval{Sec: 1})
	switch {
	case err == unix.EINTR:
		return false, nil
	case err != nil:
		return false, err
	}
	if readable.IsSet(woken) {
		var buffer [64]byte
		_, _ = unix.Read(woken, buffer[:])
	}
	return readable.IsSet(tty), nil
}

// inForeground reports whether we may use the terminal.
func inForeground(tty *os.File) (bool, error) {
	group, err := unix.IoctlGetInt(int(tty.Fd()), unix.TIOCGPGRP)
	return group == unix.Getpgrp(), err
}
