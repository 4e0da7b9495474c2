package term

import (
	"context"
	"fmt"
)

// readLines reads from the console, which edits lines itself and keeps 32,768 characters of one. Only a line ends such a read,
// so it is left behind if ctx ends first.
func readLines(ctx context.Context, l *lines) error {
	in, out, err := openTerminal()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNoTerminal, err)
	}
	done := make(chan error, 1)
	go func() {
		defer closeBoth(in, out)
		for {
			var buffer [512]byte
			n, err := in.Read(buffer[:])
			if ctx.Err() != nil || !l.typed(buffer[:n]) || err != nil {
				done <- err
				return
			}
		}
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
