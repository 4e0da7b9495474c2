//go:build !windows

package term

import (
	"context"
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// reader reads lines from a terminal.
type reader struct {
	tty    *os.File
	cancel *os.File // readable once the wait is over
	lines  *lines
}

// readLines turns off line editing, in which a terminal keeps at most 4,096 bytes of a line, and 1,024 on macOS: an
// authorization response may be longer. Ctrl-C still works. Echo is off, so that the code does not stay on the screen.
func readLines(ctx context.Context, l *lines) error {
	tty, _, err := openTerminal()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNoTerminal, err)
	}
	defer func() { _ = tty.Close() }()
	if !inForeground(tty) {
		return ErrNoTerminal
	}
	fd := int(tty.Fd())
	before, err := unix.IoctlGetTermios(fd, getTermios)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNoTerminal, err)
	}
	raw := *before
	raw.Lflag &^= unix.ICANON | unix.ECHO
	raw.Cc[unix.VMIN], raw.Cc[unix.VTIME] = 1, 0
	if err := unix.IoctlSetTermios(fd, setTermios, &raw); err != nil {
		return fmt.Errorf("%w: %w", ErrNoTerminal, err)
	}
	defer func() { _ = unix.IoctlSetTermios(fd, setTermios, before) }()
	cancel, done, err := os.Pipe()
	if err != nil {
		return err
	}
	defer func() { _, _ = cancel.Close(), done.Close() }()
	defer context.AfterFunc(ctx, func() { _ = done.Close() })()
	r := reader{tty, cancel, l}
	return r.read(ctx)
}

func (r *reader) read(ctx context.Context) error {
	for {
		if err := r.wait(); err != nil {
			return err
		}
		// The shell may have put us into the background since. Reading would stop the program there.
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case !inForeground(r.tty):
			return ErrNoTerminal
		}
		var buffer [512]byte
		n, err := unix.Read(int(r.tty.Fd()), buffer[:])
		switch {
		case err == unix.EINTR:
		case n <= 0 || err != nil:
			return io.EOF
		case !r.lines.typed(buffer[:n]):
			return nil
		}
	}
}

// wait returns when there is input, or when cancel is readable. It uses select because macOS cannot poll a terminal.
func (r *reader) wait() error {
	for {
		var readable unix.FdSet
		tty, cancel := int(r.tty.Fd()), int(r.cancel.Fd())
		readable.Set(tty)
		readable.Set(cancel)
		if _, err := unix.Select(max(tty, cancel)+1, &readable, nil, nil, nil); err != unix.EINTR {
			return err
		}
	}
}

// inForeground reports whether we may read the terminal: a read from the background raises SIGTTIN.
func inForeground(tty *os.File) bool {
	group, err := unix.IoctlGetInt(int(tty.Fd()), unix.TIOCGPGRP)
	return err == nil && group == unix.Getpgrp()
}
