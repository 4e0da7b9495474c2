package store

import (
	"errors"
	"io/fs"

	"github.com/oauthget/oauthget/internal/bounded"
)

// maxFailure limits a failure, in bytes: it has a line of text.
const maxFailure = 64 << 10

// A failure says how the last login for a key failed, in a form of the caller's, beside the key's lock. It contains no
// secret. It is for processes that waited for the lock meanwhile, so nothing depends on it.

func failureName(key string) string { return key + ".failed" }

// WriteFailure writes how a login for key failed. The caller holds the key's lock.
func WriteFailure(stateDir, key string, data []byte) error {
	dir, err := makeDir(stateDir, locksDir)
	if err != nil {
		return stateDirError(opLock, err)
	}
	defer func() { _ = dir.Close() }()
	return writeDurably(dir, failureName(key), data)
}

// ReadFailure reads what was written. The error is an fs.ErrNotExist if nothing was.
func ReadFailure(stateDir, key string) ([]byte, error) {
	dir, err := openDir(stateDir, locksDir)
	if err != nil {
		return nil, err
	}
	defer func() { _ = dir.Close() }()
	f, err := openRegular(dir, failureName(key))
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return bounded.Read(f, maxFailure)
}

// RemoveFailure removes what was written, if anything was.
func RemoveFailure(stateDir, key string) error {
	dir, err := openDir(stateDir, locksDir)
	if err == nil {
		err = dir.Remove(failureName(key))
		_ = dir.Close()
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
