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

// WaitUnlocked waits until nobody holds the lock of key, and reports whether somebody did. All who wait go on at the same
// moment: where the holder has made what they want, it is there to be read, and none of them needs the lock in turn.
// Its errors are those of [Lock].
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

const opLock = "lock token"

// lockFile is a lock's file, and the directory it is in.
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
	name := key + ".lock"
	if err := checkRegular(dir, name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		_ = dir.Close()
		return nil, stateDirError(opLock, err)
	}
	// makeDir has seen to it that nobody else can put a link into the directory; a link of our own making is refused as well.
	// NFS makes of flock(2) a lock that needs a file open for writing.
	return &lockFile{dir, name, flock.New(filepath.Join(stateDir, locksDir, name), flock.SetFlag(os.O_CREATE|os.O_RDWR|noFollow))}, nil
}

// close leaves the lock as it is.
func (f *lockFile) close() { _ = f.dir.Close() }

func (f *lockFile) failed(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("%s: %s: %w", opLock, holder(f.dir, f.name), ctx.Err())
	}
	return stateDirError(opLock, err)
}

// waitFor takes the lock by try, or by block, which waits in the kernel: that passes a lock on at once and in order. To
// poll would cost each of many waiting processes a part of the interval, one after the other.
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
		for errors.Is(err, syscall.EINTR) { // not every file system restarts it after a signal, and go's scheduler sends some
			err = block(lock)
		}
		locked <- err
	}()
	select {
	case err := <-locked:
		return true, err
	case <-ctx.Done():
		// Nothing ends the kernel's wait but the lock itself: give it back when it comes.
		go func() {
			if <-locked == nil {
				_ = lock.Unlock()
			}
		}()
		return true, ctx.Err()
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
