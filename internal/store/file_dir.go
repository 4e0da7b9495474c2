package store

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/oauthget/oauthget/internal/bounded"
)

// tokenSuffix is that of the files the age command writes: it opens ours too.
const tokenSuffix = ".age"

// maxTokenFile bounds what is read, in bytes: a packed set that does not compress, 16 bytes more for each 64 KiB of it,
// and age's header.
const maxTokenFile = maxSet + maxSet/64 + 64<<10

var (
	errNotRegular = errors.New("it is a symbolic link, or something else that is not a file")
	errNotDir     = errors.New("it is a symbolic link, or something else that is not a directory")
)

// openTokens opens the directory of the sealed files, and refuses one that is not ours alone. That there is none is an
// fs.ErrNotExist.
func openTokens(stateDir string) (*os.Root, error) {
	state, err := openState(stateDir)
	if err != nil {
		return nil, err
	}
	defer func() { _ = state.Close() }()
	info, err := state.Lstat(tokensDir)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(stateDir, tokensDir)
	if !info.IsDir() {
		return nil, &fs.PathError{Op: "open", Path: path, Err: errNotDir}
	}
	if err := checkMode(path, info); err != nil {
		return nil, err
	}
	return state.OpenRoot(tokensDir)
}

// makeTokens is openTokens, and makes the directory where it is missing.
func makeTokens(stateDir string) (*os.Root, error) {
	dir, err := openTokens(stateDir)
	if !errors.Is(err, fs.ErrNotExist) {
		return dir, err
	}
	return makeDir(stateDir, tokensDir)
}

// tryTokensDir finds out whether a file could be written.
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

// readToken reads a key's file. ErrNotFound says that there is none.
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
	before, err := dir.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, ErrNotFound
	case err != nil:
		return nil, err
	case !before.Mode().IsRegular(): // to open a pipe would wait for its writer
		return nil, unreadable(errNotRegular)
	}
	file, err := dir.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNotFound
	}
	if err != nil {
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
	name := key + tokenSuffix
	if err := writeDurably(dir, name, sealed); err != nil {
		return err
	}
	_ = removeFiles(dir, name+".", "") // what a writer that died left behind
	stored, err := readToken(stateDir, key)
	if err == nil && !bytes.Equal(stored, sealed) {
		err = errors.New("the file was written but does not hold the token")
	}
	return err
}

// removeToken removes a key's file, whatever it is, and what writers that died left beside it.
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

func unreadable(err error) error { return &Error{Reason: Unreadable, Err: err} }
