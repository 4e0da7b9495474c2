package session

import "context"

// maxPasted limits a pasted address, in bytes. It is more than the largest known codes and JWTs, and than a listener takes.
const maxPasted = 64 << 10

// paste takes the address at which the user's browser ended, as long as the login waits: over SSH and in containers the
// browser runs where nothing listens. It has no prompt, since the wait has been announced.
func (s *Session) paste(ctx context.Context, deliver func(string) error) {
	_ = s.console.ReadLines(ctx, maxPasted, func(pasted string) (more bool) { // without a terminal nothing is pasted
		if pasted == "" {
			return true
		}
		err := deliver(pasted)
		if err != nil && ctx.Err() == nil {
			s.console.Warn("%v; the login goes on", err)
		}
		return err != nil
	})
}
