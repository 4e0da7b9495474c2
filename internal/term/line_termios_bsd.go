//go:build darwin || freebsd || netbsd || openbsd || dragonfly

package term

import (
	"os"

	"golang.org/x/sys/unix"
)

const (
	getTermios = unix.TIOCGETA
	setTermios = unix.TIOCSETA
)

// stopInBackground stops the program (SIGTTOU) while it is in the background of tty. It is tcdrain(3), which changes nothing.
func stopInBackground(tty *os.File) error {
	return unix.IoctlSetInt(int(tty.Fd()), unix.TIOCDRAIN, 0)
}
