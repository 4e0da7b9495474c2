//go:build !windows

package term

import "os"

// openTerminal opens the controlling terminal, even if the standard streams are redirected.
func openTerminal() (in, out *os.File, err error) {
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	return tty, tty, err
}
