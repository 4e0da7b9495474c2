//go:build unix

package child

import (
	"os"
	"os/exec"
	"syscall"
)

// passedOn are the signals that end a program or inform it.
var passedOn = []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT, syscall.SIGUSR1, syscall.SIGUSR2}

func signalled(state *os.ProcessState) int {
	if ws, ok := state.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		return 128 + int(ws.Signal())
	}
	return 0
}

// Exec replaces this process by the program at cmd.Path, with cmd.Args and cmd.Env. It returns only if that fails, with an *Error.
func Exec(cmd *exec.Cmd) error {
	return failed(cmd.Args[0], syscall.Exec(cmd.Path, cmd.Args, cmd.Env))
}
