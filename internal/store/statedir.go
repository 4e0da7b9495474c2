package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/oauthget/oauthget/internal/ownership"
	"github.com/oauthget/oauthget/internal/userdir"
)

// StateDir returns the directory of what is kept outside the keychain: $XDG_STATE_HOME/oauthget, or
// ~/.local/state/oauthget; on Windows %LocalAppData%\oauthget. It does not create it.
func StateDir(getenv func(string) string, goos string) (string, error) {
	dir, err := userdir.State(getenv, goos)
	if err != nil {
		return "", &Error{Op: "find state directory", Reason: NoHome, Err: err}
	}
	return dir, nil
}

// The directories in the state directory. Everything goes through an [os.Root] of one of them, which no symbolic link
// leads out of.
const (
	locksDir   = "locks"
	recordsDir = "records"
	sealedDir  = "sealed"
	tokensDir  = "tokens"
)

var (
	errNotOurs    = errors.New("it belongs to another user") // who could read, replace or plant what is in it
	errNotRegular = errors.New("it is a symbolic link, or something else that is not a file")
	errNotDir     = errors.New("it is a symbolic link, or something else that is not a directory")
)

// openState opens the state directory, which must be ours. So must a symbolic link to it: people move their state with
// links of their own, but a link of another user leads where that user wants our files to be.
func openState(stateDir string) (*os.Root, error) {
	notOurs := &fs.PathError{Op: "open", Path: stateDir, Err: errNotOurs}
	info, err := os.Lstat(stateDir)
	if err != nil {
		return nil, err
	}
	if !ownership.IsOurs(info) {
		return nil, notOurs
	}
	state, err := os.OpenRoot(stateDir)
	if err != nil {
		return nil, err
	}
	info, err = state.Stat(".") // of what was opened, which cannot be exchanged any more
	if err == nil && !ownership.IsOurs(info) {
		err = notOurs
	}
	if err != nil {
		_ = state.Close()
		return nil, err
	}
	return state, nil
}

// openDir opens a directory in the state directory for reading. The error is an fs.ErrNotExist where there is none.
func openDir(stateDir, name string) (*os.Root, error) {
	state, err := openState(stateDir)
	if err != nil {
		return nil, err
	}
	defer func() { _ = state.Close() }()
	if err := checkDir(state, name); err != nil {
		return nil, err
	}
	return state.OpenRoot(name)
}

// checkDir refuses a symbolic link, and a directory of another user.
func checkDir(state *os.Root, name string) error {
	info, err := state.Lstat(name)
	switch path := filepath.Join(state.Name(), name); {
	case err != nil:
		return err
	case !info.IsDir():
		return &fs.PathError{Op: "open", Path: path, Err: errNotDir}
	case !ownership.IsOurs(info):
		return &fs.PathError{Op: "open", Path: path, Err: errNotOurs}
	}
	return nil
}

// makeDir opens a directory in the state directory for writing. It makes both where they are missing, and closes them to
// others.
func makeDir(stateDir, name string) (*os.Root, error) {
	if err := makeStateDir(stateDir); err != nil {
		return nil, err
	}
	state, err := openState(stateDir)
	if err != nil {
		return nil, err
	}
	defer func() { _ = state.Close() }()
	err = state.Mkdir(name, 0o700)
	if err == nil {
		err = syncDir(state)
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	if err := checkDir(state, name); err != nil {
		return nil, err
	}
	for _, dir := range []string{".", name} {
		if err := makePrivate(state, dir); err != nil {
			return nil, err
		}
	}
	return state.OpenRoot(name)
}

func makeStateDir(stateDir string) error {
	if _, err := os.Stat(stateDir); !errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err := os.MkdirAll(stateDir, 0o700); err != nil {
		return err
	}
	if parent, err := os.OpenRoot(filepath.Dir(stateDir)); err == nil {
		_ = syncDir(parent) // it fails where we may pass through the parent but not read it
		_ = parent.Close()
	}
	return nil
}

// makePrivate changes the mode of a directory that is ours.
func makePrivate(root *os.Root, dir string) error {
	info, err := root.Stat(dir)
	if err != nil {
		return err
	}
	if !ownership.Allows(info, 0o077) {
		return nil
	}
	return root.Chmod(dir, 0o700)
}

// openRegular opens a regular file for reading. Opening a pipe would wait for its writer, whatever the context says.
func openRegular(dir *os.Root, name string) (*os.File, error) {
	if err := checkRegular(dir, name); err != nil {
		return nil, err
	}
	return dir.Open(name)
}

// checkRegular refuses anything but a regular file. The error is an fs.ErrNotExist where there is nothing.
func checkRegular(dir *os.Root, name string) error {
	info, err := dir.Lstat(name)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return &fs.PathError{Op: "open", Path: filepath.Join(dir.Name(), name), Err: errNotRegular}
	}
	return nil
}
