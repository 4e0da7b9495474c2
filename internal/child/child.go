// Package child runs a program as if it ran by itself: with our streams, our terminal and the signals meant for us, and
// its exit status is ours.
//
// Where nothing needs to stay behind, Exec puts it in our place, and all of this holds by construction; Run is for the
// rest, and for systems on which a process cannot be replaced. The package deliberately knows nothing of tokens, and
// uses no shell.
package child

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"slices"
	"strings"
)

// Error says that a program could not be run at all.
type Error struct {
	Program string
	Err     error
}

func (e *Error) Error() string { return fmt.Sprintf("run %s: %v", e.Program, e.Err) }
func (e *Error) Unwrap() error { return e.Err }

// NotFound reports whether there is no such program, as against one that cannot be run.
func (e *Error) NotFound() bool {
	return errors.Is(e.Err, exec.ErrNotFound) || errors.Is(e.Err, fs.ErrNotExist)
}

// ExitError is the end of a program with a status other than 0. The program has said itself what was wrong.
type ExitError struct{ Status int }

func (e *ExitError) Error() string { return fmt.Sprintf("exit status %d", e.Status) }

// Exited returns the error for an exit status; nil for 0.
func Exited(status int) error {
	if status == 0 {
		return nil
	}
	return &ExitError{status}
}

// Look finds the program that name stands for, as a shell does. Its error is an *Error.
func Look(name string) (path string, err error) {
	if path, err = exec.LookPath(name); err != nil {
		return "", failed(name, err)
	}
	return path, nil
}

// failed drops what os/exec and os say of the call: the program's name stands in our own words.
func failed(name string, err error) error {
	if e, ok := errors.AsType[*exec.Error](err); ok {
		err = e.Err
	}
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		err = e.Err
	}
	return &Error{name, err}
}

// Environ is our own environment without the variables named, whatever their case: on Windows that makes no difference,
// and elsewhere a secret's namesake is not missed either.
func Environ(without ...string) []string {
	return slices.DeleteFunc(os.Environ(), func(variable string) bool {
		name, _, _ := strings.Cut(variable, "=")
		return slices.ContainsFunc(without, func(n string) bool { return n != "" && strings.EqualFold(n, name) })
	})
}

// With is env with the variable set to value, once.
func With(env []string, name, value string) []string {
	env = slices.DeleteFunc(slices.Clone(env), func(variable string) bool { return strings.HasPrefix(variable, name+"=") })
	return append(env, name+"="+value)
}

// status is the exit status of a program that has ended; where a signal ended it, 128 and the signal's number, as a
// shell has it.
func status(state *os.ProcessState) int { return cmp.Or(signalled(state), state.ExitCode()) }
