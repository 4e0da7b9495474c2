package session

import (
	"context"
	"fmt"
)

// maxPasted limits a pasted address, in bytes. It is more than the largest known codes and JWTs, and than a listener takes.
const maxPasted = 64 << 10

var errTooLong = fmt.Errorf("what was pasted is longer than %d KiB", maxPasted>>10)

// paste takes the address at which the user's browser ended, as long as the login waits: over SSH and in containers the
// browser runs where nothing listens. It has no prompt, since the wait has been announced.
func (s *Session) paste(ctx context.Context, deliver func(string) error) {
	_ = s.console.ReadLines(ctx, maxPasted+1, func(pasted string) (more bool) { // without a terminal nothing is pasted
		if pasted == "" {
			return true
		}
		err := errTooLong
		if len(pasted) <= maxPasted {
			err = deliver(pasted)
		}
		if err != nil && ctx.Err() == nil {
			s.console.Warn("%v; the login goes on", err)
		}
		return err != nil
	})
}
