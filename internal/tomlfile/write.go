package tomlfile

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// Replacement is a file's new content.
type Replacement struct {
	Before []byte // what the file must still have; nil if there was none
	After  []byte
	Mode   fs.FileMode
	// Accept judges the new file before it takes the old one's place: not every file system keeps modes.
	Accept func(fs.FileInfo) error
}

// Write replaces the file in one step: readers see the old or the new content. The owner and the group stay. Where another file
// cannot have them, cannot be made beside this one, or cannot take its place since it is a mount, the file itself is written.
// Errors do not name the file.
func (r Replacement) Write(path string) error {
	err := r.write(path)
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	if e, ok := errors.AsType[*os.LinkError](err); ok {
		return e.Err
	}
	return err
}

func (r Replacement) write(path string) error {
	target, err := filepath.EvalSymlinks(path)
	if errors.Is(err, fs.ErrNotExist) && r.Before == nil {
		if _, err := os.Lstat(path); err == nil {
			return errors.New("it is a symbolic link to a file that does not exist")
		}
		target, err = path, os.MkdirAll(filepath.Dir(path), 0o700)
	}
	if err != nil {
		return err
	}
	temporary, err := r.writeBeside(target)
	stays := r.Before != nil && (errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS))
	if err != nil && !stays {
		return err
	}
	if err == nil {
		defer os.Remove(temporary)
	}
	now, err := os.ReadFile(target)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if !bytes.Equal(now, r.Before) {
		return errors.New("another program has changed it; nothing was written")
	}
	if !stays {
		err = os.Rename(temporary, target)
		if err == nil {
			syncDirectory(filepath.Dir(target))
		}
		if !errors.Is(err, syscall.EBUSY) {
			return err
		}
	}
	if err := overwrite(target, r.After); err != nil {
		return errors.Join(err, overwrite(target, r.Before))
	}
	return nil
}

// writeBeside writes a new file in the target's directory, since a rename works only within a file system.
func (r Replacement) writeBeside(target string) (path string, err error) {
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
	if _, err := out.Write(r.After); err != nil {
		return "", err
	}
	if err := keepOwner(out, target); err != nil {
		return "", err
	}
	_ = out.Chmod(r.Mode.Perm()) // Accept sees what came of it
	info, err := out.Stat()
	if err != nil {
		return "", err
	}
	if err := r.Accept(info); err != nil {
		return "", err
	}
	if err := out.Sync(); err != nil {
		return "", err
	}
	return out.Name(), out.Close()
}

// overwrite gives a file new content.
func overwrite(path string, data []byte) error {
	out, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = out.Write(data)
	if err == nil {
		err = out.Truncate(int64(len(data)))
	}
	return errors.Join(err, out.Sync(), out.Close())
}

// syncDirectory makes the rename survive a power failure, if the platform can. Otherwise the old file may come back.
func syncDirectory(dir string) {
	if d, err := os.Open(dir); err == nil {
		_ = d.Sync()
		_ = d.Close()
	}
}
