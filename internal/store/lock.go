package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/gofrs/flock"
)

// Lock waits until it holds the lock of key, of which there is one on the machine, or until ctx ends: the error then
// wraps ctx.Err() and names the process that holds the lock. unlock may be called more than once.
//
// It is the operating system's advisory lock on <stateDir>/locks/<key>.lock, which ends with its process however that
// ends. The file stays: to remove one that others wait for would make two locks of it.
func Lock(ctx context.Context, stateDir, key string) (unlock func(), err error) {
	const op = "lock token"
	if err := checkKey(key); err != nil {
		return nil, stateDirError(op, err)
	}
	dir, err := makeDir(stateDir, locksDir)
	if err != nil {
		return nil, stateDirError(op, err)
	}
	defer func() { _ = dir.Close() }()
	name := key + ".lock"
	if err := checkRegular(dir, name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, stateDirError(op, err)
	}
	// makeDir has seen to it that nobody else can put a link into the directory; a link of our own making is refused as well.
	// NFS makes of flock(2) a lock that needs a file open for writing.
	lock := flock.New(filepath.Join(stateDir, locksDir, name), flock.SetFlag(os.O_CREATE|os.O_RDWR|noFollow))
	err = waitFor(ctx, lock)
	switch {
	case err == nil:
		writeHolder(dir, name, lock)
		return func() { _ = lock.Unlock() }, nil
	case ctx.Err() != nil:
		return nil, fmt.Errorf("%s: %s: %w", op, holder(dir, name), ctx.Err())
	default:
		return nil, stateDirError(op, err)
	}
}

// waitFor blocks in the kernel, which passes a lock on at once and in order. To poll would cost each of many waiting
// processes a part of the interval, one after the other.
func waitFor(ctx context.Context, lock *flock.Flock) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if ok, err := lock.TryLock(); ok || err != nil {
		return err
	}
	locked := make(chan error, 1)
	go func() {
		err := lock.Lock()
		for errors.Is(err, syscall.EINTR) { // not every file system restarts it after a signal, and go's scheduler sends some
			err = lock.Lock()
		}
		locked <- err
	}()
	select {
	case err := <-locked:
		return err
	case <-ctx.Done():
		// Nothing ends the kernel's wait but the lock itself: give it back when it comes.
		go func() {
			if <-locked == nil {
				_ = lock.Unlock()
			}
		}()
		return ctx.Err()
	}
}

// holderOffset leaves out the first byte of the file: on Windows that byte is what is locked, and nobody else may read it.
const holderOffset = 1

// writeHolder leaves the process id for an error message, in the file that is locked and in no other that may have come
// to have its name. It matters to nothing else, so it may fail.
func writeHolder(dir *os.Root, name string, lock *flock.Flock) {
	if checkRegular(dir, name) != nil {
		return
	}
	f, err := dir.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return
	}
	defer func() { _ = f.Close() }()
	opened, err := f.Stat()
	locked, err2 := lock.Stat()
	if err == nil && err2 == nil && os.SameFile(opened, locked) {
		_, _ = f.WriteAt(fmt.Appendf(nil, "%-10d\n", os.Getpid()), holderOffset)
	}
}

// holder names the process that took the lock last.
func holder(dir *os.Root, name string) string {
	var text [11]byte
	if f, err := openRegular(dir, name); err == nil {
		n, _ := f.ReadAt(text[:], holderOffset)
		_ = f.Close()
		if pid, err := strconv.Atoi(strings.TrimSpace(string(text[:n]))); err == nil {
			return fmt.Sprintf("process %d holds the lock", pid)
		}
	}
	return "another process holds the lock"
}
