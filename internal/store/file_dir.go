package store

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/oauthget/oauthget/internal/bounded"
	"github.com/oauthget/oauthget/internal/ownership"
)

// tokenSuffix is the one that the age command writes.
const tokenSuffix = ".age"

// tokenName is the name of a key's file. It differs from the name of earlier versions, so that a file in their form, which
// says less of who sealed it, is not taken for a present one.
func tokenName(key string) string {
	sum := sha256.Sum256([]byte(tokenFileMagic + key))
	return hex.EncodeToString(sum[:]) + tokenSuffix
}

func earlierTokenName(key string) string { return key + tokenSuffix }

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

// readToken reads a key's file, or one that an earlier version wrote. It returns ErrNotFound where there is none.
func readToken(stateDir, key string) (sealed []byte, earlier bool, err error) {
	dir, err := openTokens(stateDir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false, ErrNotFound
	}
	if err != nil {
		return nil, false, err
	}
	defer func() { _ = dir.Close() }()
	sealed, err = readTokenFile(dir, tokenName(key))
	if errors.Is(err, ErrNotFound) {
		earlier = true
		sealed, err = readTokenFile(dir, earlierTokenName(key))
	}
	return sealed, earlier, err
}

func readTokenFile(dir *os.Root, name string) ([]byte, error) {
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
	path := filepath.Join(dir.Name(), name)
	if !ownership.IsOurs(info) {
		return nil, unreadable(&fs.PathError{Op: "open", Path: path, Err: errNotOurs})
	}
	if err := checkMode(path, info); err != nil {
		return nil, err
	}
	data, err := bounded.Read(file, maxTokenFile)
	if _, long := errors.AsType[*bounded.TooLongError](err); long {
		err = unreadable(errForeignFile)
	}
	return data, err
}

// readTokens returns the files of all keys that can be read.
func readTokens(stateDir string) (files [][]byte) {
	dir, err := openTokens(stateDir)
	if err != nil {
		return nil
	}
	defer func() { _ = dir.Close() }()
	entries, _ := fs.ReadDir(dir.FS(), ".") // with an error, it returns those that it could read
	for _, e := range entries {
		if filepath.Ext(e.Name()) != tokenSuffix {
			continue
		}
		if file, err := readTokenFile(dir, e.Name()); err == nil {
			files = append(files, file)
		}
	}
	return files
}

// writeToken replaces a key's file and reads it back. The file of an earlier version goes.
func writeToken(stateDir, key string, sealed []byte) error {
	dir, err := makeTokens(stateDir)
	if err != nil {
		return err
	}
	defer func() { _ = dir.Close() }()
	if err := writeDurably(dir, tokenName(key), sealed); err != nil {
		return err
	}
	stored, err := readTokenFile(dir, tokenName(key))
	if err != nil {
		return err
	}
	if !bytes.Equal(stored, sealed) {
		return errors.New("the file was written but does not hold the token")
	}
	return removeFiles(dir, earlierTokenName(key), "")
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
	// The file of an earlier version goes first: without the present one it would count.
	for _, name := range []string{earlierTokenName(key), tokenName(key)} {
		if err := removeFiles(dir, name, ""); err != nil {
			return err
		}
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
