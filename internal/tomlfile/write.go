package tomlfile

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Replace replaces a file in one step: readers see the old or the new content. It refuses if the content is not before any
// more; before is nil if there was no file. Errors do not name the file.
func Replace(path string, before, after []byte, mode fs.FileMode) error {
	err := replace(path, before, after, mode)
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	return err
}

func replace(path string, before, after []byte, mode fs.FileMode) error {
	target, err := filepath.EvalSymlinks(path)
	if errors.Is(err, fs.ErrNotExist) && before == nil {
		if _, err := os.Lstat(path); err == nil {
			return errors.New("it is a symbolic link to a file that does not exist")
		}
		target, err = path, os.MkdirAll(filepath.Dir(path), 0o700)
	}
	if err != nil {
		return err
	}
	temporary, err := writeBeside(target, after, mode)
	if err != nil {
		return err
	}
	defer os.Remove(temporary)
	now, err := os.ReadFile(target)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if !bytes.Equal(now, before) {
		return errors.New("another program has changed it; nothing was written")
	}
	if err := os.Rename(temporary, target); err != nil {
		return err
	}
	syncDirectory(filepath.Dir(target))
	return nil
}

// writeBeside writes a new file in the target's directory, since a rename works only within a file system.
func writeBeside(target string, data []byte, mode fs.FileMode) (path string, err error) {
	out, err := os.CreateTemp(filepath.Dir(target), "."+filepath.Base(target)+".*")
	if err != nil {
		return "", err
	}
	defer func() {
		if err != nil {
			_ = out.Close()
			_ = os.Remove(out.Name())
		}
	}()
	if _, err := out.Write(data); err != nil {
		return "", err
	}
	if err := out.Chmod(mode.Perm()); err != nil && !errors.Is(err, errors.ErrUnsupported) {
		return "", err
	}
	if err := out.Sync(); err != nil {
		return "", err
	}
	return out.Name(), out.Close()
}

// syncDirectory makes the rename survive a power failure, if the platform can. Otherwise the old file may come back.
func syncDirectory(dir string) {
	if d, err := os.Open(dir); err == nil {
		_ = d.Sync()
		_ = d.Close()
	}
}
