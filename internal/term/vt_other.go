//go:build !windows

package term

// interprets reports whether the terminal acts on escape sequences: TERM=dumb, which does not, has been asked for.
func interprets(any) bool { return true }
