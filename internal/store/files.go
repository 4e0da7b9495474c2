package store

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"

	"github.com/oauthget/oauthget/internal/ownership"
)

// The directories in the state directory. Everything goes through an [os.Root] of one of them, which no symbolic link
// leads out of.
const (
	locksDir   = "locks"
	recordsDir = "records"
	sealedDir  = "sealed"
	tokensDir  = "tokens"
)

// tmpSuffix marks a file that is not complete, or whose writer died.
const tmpSuffix = ".tmp"

// errNotOurs says that somebody else could read, replace or plant what is kept there.
var errNotOurs = errors.New("it belongs to another user")

// openState opens the state directory, which must be ours. A symbolic link to it must be too: people move their state
// about with links of their own, but one that another user made leads where they want our files to be.
func openState(stateDir string) (*os.Root, error) {
	foreign := &fs.PathError{Op: "open", Path: stateDir, Err: errNotOurs}
	info, err := os.Lstat(stateDir)
	if err != nil {
		return nil, err
	}
	if !ownership.IsOurs(info) {
		return nil, foreign
	}
	state, err := os.OpenRoot(stateDir)
	if err != nil {
		return nil, err
	}
	info, err = state.Stat(".") // of what was opened, so that it cannot have been changed in between
	if err == nil && !ownership.IsOurs(info) {
		err = foreign
	}
	if err != nil {
		_ = state.Close()
		return nil, err
	}
	return state, nil
}

// openDir opens a directory in the state directory for reading. That there is none is an fs.ErrNotExist.
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

// checkDir refuses a directory that another user, or a symbolic link, has put into the state directory.
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

// makeDir opens a directory in the state directory for writing. It makes both where they are missing, and takes away
// what others may do with one that was made by hand.
func makeDir(stateDir, name string) (*os.Root, error) {
	if _, err := os.Stat(stateDir); errors.Is(err, fs.ErrNotExist) {
		if err := os.MkdirAll(stateDir, 0o700); err != nil {
			return nil, err
		}
		if parent, err := os.OpenRoot(filepath.Dir(stateDir)); err == nil {
			_ = syncDir(parent) // the parent may be one that we can pass through but not read
			_ = parent.Close()
		}
	}
	state, err := openState(stateDir)
	if err != nil {
		return nil, err
	}
	defer func() { _ = state.Close() }()
	switch err := state.Mkdir(name, 0o700); {
	case err == nil:
		err = syncDir(state)
		if err != nil {
			return nil, err
		}
	case !errors.Is(err, fs.ErrExist):
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

// makePrivate changes the mode of a directory that is known to be ours.
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

// openRegular opens a file for reading that is one: to open a pipe would wait for its writer, whatever the context says.
func openRegular(dir *os.Root, name string) (*os.File, error) {
	if err := checkRegular(dir, name); err != nil {
		return nil, err
	}
	return dir.Open(name)
}

// checkRegular refuses what is there and no file. That there is nothing is an fs.ErrNotExist.
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

// writeDurably makes name hold data, or leaves it as it was: once it returns nil, a crash of the machine changes
// nothing anymore.
func writeDurably(dir *os.Root, name string, data []byte) error {
	tmp := name + "." + rand.Text() + tmpSuffix
	err := writeSynced(dir, tmp, data)
	if err == nil {
		err = dir.Rename(tmp, name)
	}
	if err != nil {
		_ = dir.Remove(tmp)
		return err
	}
	return syncDir(dir)
}

func writeSynced(dir *os.Root, name string, data []byte) error {
	f, err := dir.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// syncDir makes the names in a directory durable. Windows cannot flush a directory, and some network and FUSE file
// systems answer EINVAL: there, the file system's own order of things has to do.
func syncDir(dir *os.Root) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	f, err := dir.Open(".")
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	err = f.Sync()
	if errors.Is(err, errors.ErrUnsupported) || errors.Is(err, syscall.EINVAL) {
		return nil
	}
	return err
}

// removeFiles removes the files whose names begin with prefix, all but keep.
func removeFiles(dir *os.Root, prefix, keep string) error {
	entries, err := fs.ReadDir(dir.FS(), ".")
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), prefix) && e.Name() != keep {
			err = errors.Join(err, dir.Remove(e.Name()))
		}
	}
	return err
}

// checkKey refuses a key that is no plain file name. Those made by [Key] always are.
func checkKey(key string) error {
	const plain = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_"
	if key == "" || len(key) > 128 || strings.Trim(key, plain) != "" {
		return errors.New("the key is not a plain file name")
	}
	return nil
}
