package config

import (
	"fmt"
	"io/fs"

	"github.com/oauthget/oauthget/internal/shell"
)

// changeableError says that somebody else decides what is in a file that we were to obey.
type changeableError struct{ why, advice string }

func (e *changeableError) Error() string { return e.why }

// CheckUnchanged refuses a profile file that other users of this machine can change: it names programs that are run, and
// servers that secrets are sent to. Root's is everybody's, and a group is often its one member's. What is no regular file,
// such as a pipe, is what the person named a moment ago. An error is an *Error.
func CheckUnchanged(path string, info fs.FileInfo) error {
	if err := unchanged(path, info); err != nil {
		return &Error{Path: path, Err: fmt.Errorf("read profile file: %w", err), Advice: err.advice}
	}
	return nil
}

func unchanged(path string, info fs.FileInfo) *changeableError {
	switch {
	case !info.Mode().IsRegular():
		return nil
	case writableByAll(info):
		return &changeableError{
			fmt.Sprintf("every user of this machine can change it (mode %04o)", info.Mode().Perm()),
			"see that nobody has, and then: chmod o-w " + shell.Word(path),
		}
	case foreign(info):
		return &changeableError{
			"it belongs to another user, who can change it",
			"read it, and use a copy that is yours: cp " + shell.Word(path) + " FILE",
		}
	}
	return nil
}
