package config

import (
	"fmt"
	"io/fs"

	"github.com/oauthget/oauthget/internal/ownership"
	"github.com/oauthget/oauthget/internal/shell"
)

// CheckNotWritableByOthers refuses a file that other users of this machine can change. A profile file names programs that
// are run, and servers that secrets are sent to. Root's files pass, and those that a group can change: it is often its one
// member's. So does anything but a regular file, such as a pipe that was named a moment ago. An error is an *Error.
func CheckNotWritableByOthers(path string, info fs.FileInfo) error {
	switch {
	case !info.Mode().IsRegular():
		return nil
	case ownership.Allows(info, 0o002):
		e := &Error{Path: path, Err: fmt.Errorf("every user of this machine can change it (mode %04o)", info.Mode().Perm())}
		return e.advise("see that nobody has, and then: chmod o-w %s", shell.Word(path))
	case !ownership.IsTrusted(info):
		e := &Error{Path: path, Err: fmt.Errorf("it belongs to another user, who can change it")}
		return e.advise("read it, and use a copy that is yours: cp %s FILE", shell.Word(path))
	}
	return nil
}

// readableByOthers reports whether other users of this machine can read the file.
func (f *File) readableByOthers() bool {
	return ownership.Known && f.mode.IsRegular() && f.mode.Perm()&0o077 != 0
}
