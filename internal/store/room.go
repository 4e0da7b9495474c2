package store

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"sync"

	"github.com/oauthget/oauthget/internal/token"
)

const (
	roomSuffix = ".room"

	// minRoom is what a new set may take beside twice the present one, in bytes, with its record.
	minRoom = 32 << 10
)

// MakeRoom makes sure that a new set can be stored in the state directory under key, where present is stored now. It writes
// a file of that size and syncs it: some file systems notice only then that the disk or the quota is full. release removes
// the file, to make room for the set. It may be called more than once. Callers hold the key's [Lock].
func MakeRoom(stateDir, key string, present token.Set) (release func(), err error) {
	const op = "make room for token"
	if err := checkKey(key); err != nil {
		return nil, stateDirError(op, err)
	}
	stored, err := present.Marshal()
	if err != nil {
		return nil, stateDirError(op, err)
	}
	dir, err := makeDir(stateDir, recordsDir)
	if err != nil {
		return nil, stateDirError(op, err)
	}
	release = sync.OnceFunc(func() {
		_ = dir.Remove(key + roomSuffix)
		_ = dir.Close()
	})
	err = dir.Remove(key + roomSuffix) // of a process that died
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		data := make([]byte, minRoom+2*len(stored))
		_, _ = rand.Read(data) // never fails; zeros might take no room
		err = writeSynced(dir, key+roomSuffix, data)
	}
	if err != nil {
		release()
		return nil, stateDirError(op, err)
	}
	return release, nil
}
