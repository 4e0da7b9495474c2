package config

import (
	"fmt"
	"io/fs"

	"github.com/oauthget/oauthget/internal/ownership"
	"github.com/oauthget/oauthget/internal/shell"
)

// CheckNotWritableByOthers refuses a file that other users of this machine can change: a profile file names programs to run
// and servers to send secrets to. Root may own the file. Its group may write, since many users have a group of their own.
// Anything but a regular file is allowed, such as a pipe. An error is an *Error.
func CheckNotWritableByOthers(path string, info fs.FileInfo) error {
	switch {
	case !info.Mode().IsRegular():
		return nil
	case ownership.Allows(info, 0o002):
		e := &Error{Path: path, Err: fmt.Errorf("every user of this machine can change it (mode %04o)", info.Mode().Perm())}
		return e.advise("check that nobody has changed it, then: %s", Chmod("o-w", path, info))
	case !ownership.IsTrusted(info):
		e := &Error{Path: path, Err: fmt.Errorf("it belongs to another user, who can change it")}
		return e.advise("read it, and use a copy of your own: cp %s FILE", shell.Word(path))
	}
	return nil
}

// Chmod is the command that gives the file another mode, and where a mode of 0777 says that the file system may keep none, what
// to do then.
func Chmod(mode, path string, info fs.FileInfo) string {
	command := "chmod " + mode + " " + shell.Word(path)
	if info.Mode().Perm() == 0o777 {
		return command + " (if the mode stays, keep the file on another file system)"
	}
	return command
}

// readableByOthers reports whether other users of this machine can read the file.
func (f *File) readableByOthers() bool {
	return ownership.Known && f.mode.IsRegular() && f.mode.Perm()&0o077 != 0
}
