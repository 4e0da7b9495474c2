//go:build unix

package browser

import (
	"os/exec"
	"syscall"
)

// detach gives the command a session of its own: no signal of our terminal reaches it, and it cannot open /dev/tty.
func detach(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }

func checkProgram(*exec.Cmd) error { return nil }
