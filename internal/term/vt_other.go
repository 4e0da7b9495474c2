//go:build !windows

package term

// interprets reports whether the terminal interprets escape sequences. TERM=dumb has been checked before.
func interprets(any) bool { return true }
