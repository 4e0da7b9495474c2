package store

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"runtime"
	"strings"
	"syscall"
)

// tmpSuffix marks a file that is not complete. One that stays is of a writer that died.
const tmpSuffix = ".tmp"

// writeDurably makes the file name hold data, or leaves it as it was. After it returns nil, a crash of the machine does
// not undo it. It removes what writers that died left behind.
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
	if err := syncDir(dir); err != nil {
		return err
	}
	_ = removeFiles(dir, name+".", "")
	return nil
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
// systems answer EINVAL: these have an order of their own.
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
