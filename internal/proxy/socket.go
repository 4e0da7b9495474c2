package proxy

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

// SocketError is the error of ListenSocket.
type SocketError struct {
	Path string
	Err  error
}

func (e *SocketError) Error() string { return fmt.Sprintf("listen on %s: %v", e.Path, e.Err) }

func (e *SocketError) Unwrap() error { return e.Err }

// ListenSocket listens on a Unix socket that only the user can reach: it has mode 0600, in a directory of the user with mode 0700,
// which is made if it is missing. A socket that a proxy has left behind is replaced, one that is in use is not. Closing the
// listener removes it, unless another has taken its place. The error is a *SocketError.
func ListenSocket(ctx context.Context, path string) (*Listener, error) {
	listener, err := listenSocket(ctx, path)
	if err != nil {
		return nil, &SocketError{path, err}
	}
	return &Listener{Listener: listener}, nil
}

func listenSocket(ctx context.Context, path string) (net.Listener, error) {
	if !ownership.Known {
		return nil, errors.New("sockets are supported on Unix only: listen on a loopback address")
	}
	if err := checkFolder(filepath.Dir(path)); err != nil {
		return nil, err
	}
	if err := clearSocket(ctx, path); err != nil {
		return nil, err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "unix", path)
	if err != nil {
		if op, ok := errors.AsType[*net.OpError](err); ok {
			err = op.Err // SocketError has the path
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
	return &socket{Listener: listener, path: path, made: made}, nil
}

// socket is a listener that removes its own file on Close, and no other.
type socket struct {
	net.Listener
	path    string
	made    fs.FileInfo
	removal sync.Once
}

// Close implements [net.Listener]. It removes the file first: while the socket is open, no other file can have its identity.
func (s *socket) Close() error {
	s.removal.Do(func() {
		if there, err := os.Lstat(s.path); err == nil && os.SameFile(there, s.made) {
			_ = os.Remove(s.path) // on failure the next proxy replaces it
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

// clearSocket removes a socket that nobody listens on, and no other file.
func clearSocket(ctx context.Context, path string) error {
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
