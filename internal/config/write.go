package config

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// replace writes the file anew in one step: a reader sees the old one or the new one, whatever happens in between. It
// refuses where the file is no longer what the edit began with.
func (f *File) replace(before []byte) error {
	if err := f.write(before); err != nil {
		// The path is in the Error, once.
		var p *fs.PathError
		if errors.As(err, &p) {
			err = p.Err
		}
		return &Error{Path: f.Path, Err: fmt.Errorf("write profile file: %w", err)}
	}
	return nil
}

func (f *File) write(before []byte) error {
	target, err := filepath.EvalSymlinks(f.Path)
	if errors.Is(err, fs.ErrNotExist) && before == nil {
		if _, err := os.Lstat(f.Path); err == nil {
			return errors.New("it is a symbolic link to a file that does not exist")
		}
		target, err = f.Path, os.MkdirAll(f.dir(), 0o700)
	}
	if err != nil {
		return err
	}
	temporary, err := f.writeBeside(target)
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
func (f *File) writeBeside(target string) (path string, err error) {
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
	if _, err := out.Write(f.data); err != nil {
		return "", err
	}
	if err := out.Chmod(f.mode.Perm()); err != nil && !errors.Is(err, errors.ErrUnsupported) {
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
