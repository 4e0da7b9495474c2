// Package child runs a program as if the user had started it: with our streams, our terminal and the signals meant for us. Its
// exit status becomes ours.
//
// Exec replaces this process where nothing has to be done afterwards. Run is for the other cases, and for systems on which a
// process cannot be replaced. The package knows nothing of tokens, and uses no shell.
package child

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
)

// Error reports that a program could not be run.
type Error struct {
	Program string
	Err     error
}

func (e *Error) Error() string { return fmt.Sprintf("run %s: %v", e.Program, e.Err) }
func (e *Error) Unwrap() error { return e.Err }

// NotFound reports whether the program does not exist, rather than cannot be run.
func (e *Error) NotFound() bool {
	return errors.Is(e.Err, exec.ErrNotFound) || errors.Is(e.Err, fs.ErrNotExist)
}

// Status is how a program ended.
type Status struct {
	Code   int            // after a signal 128 and the signal's number, as in a shell
	Signal syscall.Signal // 0 if the program ended by itself
}

// Err returns an *ExitError, or nil if the code is 0.
func (s Status) Err() error {
	if s.Code == 0 {
		return nil
	}
	return &ExitError{s}
}

// ExitError reports a program that ended with a status other than 0. The program has reported the reason itself.
type ExitError struct{ Status Status }

func (e *ExitError) Error() string { return fmt.Sprintf("exit status %d", e.Status.Code) }

// Look finds the program called name, as a shell does. Its error is an *Error.
func Look(name string) (path string, err error) {
	path, err = exec.LookPath(name)
	if errors.Is(err, exec.ErrDot) && runtime.GOOS != "windows" { // which looks in the current directory unasked
		if filepath.Base(path) == path {
			path = "./" + path
		}
		return path, nil
	}
	if err != nil {
		return "", failed(name, err)
	}
	return path, nil
}

// failed returns an *Error without the program name and the system call that os/exec and os add.
func failed(name string, err error) error {
	if e, ok := errors.AsType[*exec.Error](err); ok {
		err = e.Err
	}
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		err = e.Err
	}
	return &Error{name, err}
}

// Environ returns our environment without the variables named. Case is ignored: on Windows it makes no difference, and elsewhere
// nobody needs a variable that differs only in case from a secret's.
func Environ(without ...string) []string {
	return slices.DeleteFunc(os.Environ(), func(variable string) bool {
		name, _, _ := strings.Cut(variable, "=")
		return slices.ContainsFunc(without, func(n string) bool { return n != "" && strings.EqualFold(n, name) })
	})
}

// With returns env with the variable set to value.
func With(env []string, name, value string) []string {
	env = slices.DeleteFunc(slices.Clone(env), func(variable string) bool { return strings.HasPrefix(variable, name+"=") })
	return append(env, name+"="+value)
}
