//go:build unix

package child

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"syscall"
	"time"
)

// passedOn are the signals that end a program or inform it.
var passedOn = []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT, syscall.SIGUSR1, syscall.SIGUSR2}

func statusOf(state *os.ProcessState) Status {
	if ws, ok := state.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		return Status{128 + int(ws.Signal()), ws.Signal()}
	}
	return Status{Code: state.ExitCode()}
}

// ends are the signals by which a Go program can end itself without a stack dump.
var ends = []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGKILL}

// Die ends this process by the signal, or returns if there is none that would. A shell leaves a loop after Ctrl-C only if the
// program died of it: one that exits with 130 may have used Ctrl-C for something else. The kernel keeps signals from process 1,
// such as in a container.
func (s Status) Die() {
	if slices.Contains(ends, s.Signal) && !signal.Ignored(s.Signal) && os.Getpid() != 1 {
		signal.Reset(s.Signal)
		_ = syscall.Kill(os.Getpid(), s.Signal)
		<-time.After(time.Second) // any thread may receive it, which takes a moment
	}
}

// Exec replaces this process by the program at cmd.Path, with cmd.Args and cmd.Env. A script without #! is one of the shell's, as
// with execvp. It returns only if that fails, with an *Error.
func Exec(cmd *exec.Cmd) error {
	err := syscall.Exec(cmd.Path, cmd.Args, cmd.Env)
	if err == syscall.ENOEXEC && isText(cmd.Path) {
		err = syscall.Exec("/bin/sh", append([]string{"sh", cmd.Path}, cmd.Args[1:]...), cmd.Env)
	}
	return failed(cmd.Args[0], err)
}

// isText reports whether a file may be a script, rather than a program for another system: POSIX has the shell look for a NUL
// character.
func isText(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer func() { _ = f.Close() }()
	beginning, err := io.ReadAll(io.LimitReader(f, 512))
	return err == nil && !bytes.ContainsRune(beginning, 0)
}
