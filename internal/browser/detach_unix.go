//go:build unix

package browser

import (
	"os/exec"
	"syscall"
)

// detach starts the command in a session of its own: signals of our terminal do not reach it, and it cannot open /dev/tty.
func detach(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }

func checkProgram(*exec.Cmd) error { return nil }
