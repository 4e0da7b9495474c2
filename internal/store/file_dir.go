package store

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/oauthget/oauthget/internal/bounded"
	"github.com/oauthget/oauthget/internal/ownership"
)

// tokenSuffix is the one that the age command writes. It opens our files too.
const tokenSuffix = ".age"

// maxTokenFile bounds what is read, in bytes: a packed set that does not compress, 16 bytes more for each 64 KiB of it,
// and age's header.
const maxTokenFile = maxSet + maxSet/64 + 64<<10

// openTokens opens the directory of the sealed files, and refuses one that others may use. The error is an fs.ErrNotExist
// where there is none.
func openTokens(stateDir string) (*os.Root, error) {
	dir, err := openDir(stateDir, tokensDir)
	if err != nil {
		return nil, err
	}
	info, err := dir.Stat(".")
	if err == nil {
		err = checkMode(filepath.Join(stateDir, tokensDir), info)
	}
	if err != nil {
		_ = dir.Close()
		return nil, err
	}
	return dir, nil
}

// makeTokens is openTokens, and makes the directory where it is missing.
func makeTokens(stateDir string) (*os.Root, error) {
	dir, err := openTokens(stateDir)
	if errors.Is(err, fs.ErrNotExist) {
		return makeDir(stateDir, tokensDir)
	}
	return dir, err
}

// tryTokensDir returns nil where a file could be written.
func tryTokensDir(stateDir string) error {
	dir, err := makeTokens(stateDir)
	if err != nil {
		return err
	}
	defer func() { _ = dir.Close() }()
	name := "probe." + rand.Text() + tmpSuffix
	file, err := dir.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(file.Close(), dir.Remove(name))
}

// readToken reads a key's file. It returns ErrNotFound where there is none.
func readToken(stateDir, key string) ([]byte, error) {
	dir, err := openTokens(stateDir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = dir.Close() }()
	name := key + tokenSuffix
	file, err := openRegular(dir, name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, ErrNotFound
	case errors.Is(err, errNotRegular):
		return nil, unreadable(errNotRegular)
	case err != nil:
		return nil, err
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if err := checkMode(filepath.Join(stateDir, tokensDir, name), info); err != nil {
		return nil, err
	}
	data, err := bounded.Read(file, maxTokenFile)
	if _, long := errors.AsType[*bounded.TooLongError](err); long {
		err = unreadable(errForeignFile)
	}
	return data, err
}

// writeToken replaces a key's file and reads it back.
func writeToken(stateDir, key string, sealed []byte) error {
	dir, err := makeTokens(stateDir)
	if err != nil {
		return err
	}
	defer func() { _ = dir.Close() }()
	if err := writeDurably(dir, key+tokenSuffix, sealed); err != nil {
		return err
	}
	stored, err := readToken(stateDir, key)
	if err == nil && !bytes.Equal(stored, sealed) {
		err = errors.New("the file was written but does not hold the token")
	}
	return err
}

// removeToken removes a key's file, whatever it is, and what writers that died left behind.
func removeToken(stateDir, key string) error {
	dir, err := openDir(stateDir, tokensDir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { _ = dir.Close() }()
	if err := removeFiles(dir, key+tokenSuffix, ""); err != nil {
		return err
	}
	return syncDir(dir)
}

// ModeError is returned where the mode of a file or directory lets others use it.
type ModeError struct {
	Path string
	Mode fs.FileMode // its permission bits
	Want fs.FileMode // the mode to give it
}

func (e *ModeError) Error() string { return fmt.Sprintf("%s has mode %04o", e.Path, e.Mode) }

// checkMode refuses what others may read or write.
func checkMode(path string, info os.FileInfo) error {
	if !ownership.Allows(info, 0o077) {
		return nil
	}
	want := fs.FileMode(0o600)
	if info.IsDir() {
		want = 0o700
	}
	return &Error{Reason: WideMode, Err: &ModeError{Path: path, Mode: info.Mode().Perm(), Want: want}}
}
