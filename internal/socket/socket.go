// Package socket listens on and dials Unix sockets that only the user can reach. It speaks no protocol.
package socket

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"sync"

	"github.com/oauthget/oauthget/internal/ownership"
)

// Error is the error of Listen.
type Error struct {
	Path string
	Err  error
}

func (e *Error) Error() string { return fmt.Sprintf("listen on %s: %v", e.Path, e.Err) }

func (e *Error) Unwrap() error { return e.Err }

// Listen listens on a Unix socket that only the user can reach: it has mode 0600, in a directory of the user with mode 0700, which
// is made if it is missing. A socket that a program has left behind is replaced, one that is in use is not. Closing the listener
// removes it, unless another has taken its place. The error is an *Error.
//
// On Windows the folder must be below the user's own, whose access list keeps others out.
func Listen(ctx context.Context, path string) (net.Listener, error) {
	listener, err := listen(ctx, path)
	if err != nil {
		return nil, &Error{path, err}
	}
	return listener, nil
}

func listen(ctx context.Context, path string) (net.Listener, error) {
	if err := checkFolder(filepath.Dir(path)); err != nil {
		return nil, err
	}
	if err := clearStale(ctx, path); err != nil {
		return nil, err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "unix", path)
	if err != nil {
		if op, ok := errors.AsType[*net.OpError](err); ok {
			err = op.Err // Error has the path
		}
		return nil, err
	}
	// Until here the mode of the directory has kept others out.
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	made, err := os.Lstat(path)
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	if l, ok := listener.(*net.UnixListener); ok {
		l.SetUnlinkOnClose(false) // it would remove whatever has the name then
	}
	return &own{Listener: listener, path: path, made: made}, nil
}

// own is a listener that removes its own file on Close, and no other.
type own struct {
	net.Listener
	path    string
	made    fs.FileInfo
	removal sync.Once
}

// Close implements [net.Listener]. It removes the file first: while the socket is open, no other file can have its identity.
func (s *own) Close() error {
	s.removal.Do(func() {
		if there, err := os.Lstat(s.path); err == nil && os.SameFile(there, s.made) {
			_ = os.Remove(s.path) // on failure the next program replaces it
		}
	})
	return s.Listener.Close()
}

func checkFolder(dir string) error {
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	info, err := os.Stat(dir)
	switch {
	case err != nil:
		return err
	case !info.IsDir():
		return fmt.Errorf("%s is not a folder", dir)
	case !ownership.Known:
		return checkBelowHome(dir)
	}
	return checkPrivate(dir, info)
}

// checkPrivate returns an error unless the folder is the user's and only the user can enter it.
func checkPrivate(dir string, info fs.FileInfo) error {
	switch {
	case !ownership.IsOurs(info):
		return fmt.Errorf("the folder %s belongs to another user", dir)
	case ownership.Allows(info, 0o077):
		return fmt.Errorf("other users can enter the folder %s: run chmod 700 on it, or use another", dir)
	}
	return nil
}

// checkBelowHome returns an error unless the folder is in the user's own.
func checkBelowHome(dir string) error {
	home, err := os.UserHomeDir()
	if err != nil {
		return err
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return err
	}
	if below, err := filepath.Rel(home, dir); err != nil || !filepath.IsLocal(below) {
		return fmt.Errorf("the folder %s is not in %s, where other users cannot reach it", dir, home)
	}
	return nil
}

// clearStale removes a socket that nobody listens on, and no other file.
func clearStale(ctx context.Context, path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case info.Mode().Type() != fs.ModeSocket:
		return errors.New("there is a file that is not a socket")
	}
	conn, err := new(net.Dialer).DialContext(ctx, "unix", path)
	if err == nil {
		_ = conn.Close()
		return errors.New("another program listens there")
	}
	if !isRefused(err) {
		return errors.New("there is a socket that may be in use")
	}
	return os.Remove(path)
}
