package discovery

import (
	"errors"
	"io/fs"
	"os"
	"syscall"

	"github.com/oauthget/oauthget/internal/ownership"
)

// errNotOwn reports a cache that another user may have written to.
var errNotOwn = errors.New("others can write to it, or it is a link or a device")

// openOwnDir opens a directory that only the user can write to. The last element of path may not be a symbolic link.
func openOwnDir(path string) (*os.Root, error) {
	before, err := os.Lstat(path)
	if err != nil {
		return nil, err
	}
	if !before.IsDir() || !own(before) {
		return nil, errNotOwn
	}
	dir, err := os.OpenRoot(path)
	if err != nil {
		return nil, err
	}
	// Another directory may have taken its place since: check the one that was opened.
	after, err := dir.Stat(".")
	if err == nil && (!os.SameFile(before, after) || !own(after)) {
		err = errNotOwn
	}
	if err != nil {
		_ = dir.Close()
		return nil, err
	}
	return dir, nil
}

// openOwn opens a file for reading that only the user can write to.
func openOwn(dir *os.Root, name string) (*os.File, error) {
	before, err := dir.Lstat(name)
	if err != nil {
		return nil, err
	}
	if !ownFile(before) {
		return nil, errNotOwn
	}
	// Without O_NONBLOCK, opening a pipe that has taken the file's place would block.
	f, err := dir.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	after, err := f.Stat()
	if err == nil && (!os.SameFile(before, after) || !ownFile(after)) {
		err = errNotOwn
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
}

// own reports whether a file is the user's and nobody else can write to it.
func own(info fs.FileInfo) bool { return ownership.IsOurs(info) && !ownership.Allows(info, 0o022) }

func ownFile(info fs.FileInfo) bool { return info.Mode().IsRegular() && own(info) }
