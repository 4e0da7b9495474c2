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

// Lock waits until it holds the lock of key, of which there is one on the machine. Where ctx ends first, the error wraps
// ctx.Err() and names the process that holds the lock. unlock may be called more than once.
//
// It is the operating system's advisory lock on <stateDir>/locks/<key>.lock, which ends with its process. The file stays:
// removing one that others wait for would make two locks of it.
func Lock(ctx context.Context, stateDir, key string) (unlock func(), err error) {
	f, err := openLock(stateDir, key)
	if err != nil {
		return nil, err
	}
	defer f.close()
	if _, err := waitFor(ctx, f.flock, (*flock.Flock).TryLock, (*flock.Flock).Lock); err != nil {
		return nil, f.failed(ctx, err)
	}
	writeHolder(f.dir, f.name, f.flock)
	return func() { _ = f.flock.Unlock() }, nil
}

// WaitUnlocked waits until nobody holds the lock of key, and reports whether somebody did. All processes that wait go on at
// the same time: where the holder has stored what they want, none of them needs the lock in turn. Its errors are those of
// [Lock].
func WaitUnlocked(ctx context.Context, stateDir, key string) (waited bool, err error) {
	f, err := openLock(stateDir, key)
	if err != nil {
		return false, err
	}
	defer f.close()
	waited, err = waitFor(ctx, f.flock, (*flock.Flock).TryRLock, (*flock.Flock).RLock)
	if err != nil {
		return waited, f.failed(ctx, err)
	}
	return waited, f.flock.Unlock()
}

const (
	opLock     = "lock token"
	lockSuffix = ".lock"
)

// lockFile is a lock's file and its directory.
type lockFile struct {
	dir   *os.Root
	name  string
	flock *flock.Flock
}

func openLock(stateDir, key string) (*lockFile, error) {
	if err := checkKey(key); err != nil {
		return nil, stateDirError(opLock, err)
	}
	dir, err := makeDir(stateDir, locksDir)
	if err != nil {
		return nil, stateDirError(opLock, err)
	}
	name := key + lockSuffix
	if err := checkRegular(dir, name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		_ = dir.Close()
		return nil, stateDirError(opLock, err)
	}
	// Nobody else can put a link into the directory, which makeDir has made private. noFollow refuses a link of our own.
	// The file is opened for writing because NFS turns flock(2) into a lock that needs it.
	flags := flock.SetFlag(os.O_CREATE | os.O_RDWR | noFollow)
	return &lockFile{dir, name, flock.New(filepath.Join(stateDir, locksDir, name), flags)}, nil
}

// close closes the directory. It leaves the lock as it is.
func (f *lockFile) close() { _ = f.dir.Close() }

func (f *lockFile) failed(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("%s: %s: %w", opLock, holder(f.dir, f.name), ctx.Err())
	}
	return stateDirError(opLock, err)
}

// waitFor takes the lock by try, or by block, which waits in the kernel. The kernel passes a lock on at once and in order.
// Polling would cost each of many waiting processes part of the interval, one after the other.
func waitFor(ctx context.Context, lock *flock.Flock, try func(*flock.Flock) (bool, error), block func(*flock.Flock) error) (waited bool, err error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	if ok, err := try(lock); ok || err != nil {
		return false, err
	}
	locked := make(chan error, 1)
	go func() {
		err := block(lock)
		for errors.Is(err, syscall.EINTR) { // Go's scheduler sends signals, after which not every file system goes on
			err = block(lock)
		}
		locked <- err
	}()
	select {
	case err := <-locked:
		return true, err
	case <-ctx.Done():
		// Only the lock itself ends the kernel's wait. It is released when it comes.
		go func() {
			if <-locked == nil {
				_ = lock.Unlock()
			}
		}()
		return true, ctx.Err()
	}
}

// holderOffset leaves out the first byte of the file. On Windows that byte is locked, and nobody else may read it.
const holderOffset = 1

// writeHolder writes the process id for an error message, into the locked file and no other that may have its name by now.
// It changes the file, by which a [Cache] notices that somebody had the lock. It may fail, since nothing else depends on it.
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

// holder names the last process that took the lock.
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
