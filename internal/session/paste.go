package session

import "context"

// maxPasted bounds a pasted address, in bytes: that of the largest codes and JWTs known, and more than a listener takes.
const maxPasted = 64 << 10

// paste takes the address at which the person's browser ended, for as long as the login waits: over SSH and in
// containers the browser is where nothing listens. It says nothing, for the wait has been announced.
func (s *Session) paste(ctx context.Context, deliver func(string) error) {
	_ = s.console.ReadLines(ctx, maxPasted, func(pasted string) (more bool) { // where there is no terminal, nobody is missed
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
