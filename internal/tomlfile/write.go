package tomlfile

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Replace writes a file anew in one step: a reader sees the old one or the new one, whatever happens in between. It refuses
// where the file is no longer what was read; before is nil where there was none. The errors do not name the file.
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
		return errors.New("another program changed it in the meantime; nothing was written")
	}
	if err := os.Rename(temporary, target); err != nil {
		return err
	}
	syncDirectory(filepath.Dir(target))
	return nil
}

// writeBeside writes a new file in the target's directory, for a rename cannot leave its file system.
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

// syncDirectory makes the rename outlive a power failure where the platform can; where it cannot, the file is whole in
// either case.
func syncDirectory(dir string) {
	if d, err := os.Open(dir); err == nil {
		_ = d.Sync()
		_ = d.Close()
	}
}
