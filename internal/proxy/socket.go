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

// SocketError says why no socket is made at a path.
type SocketError struct {
	Path string
	Err  error
}

func (e *SocketError) Error() string { return fmt.Sprintf("listen on %s: %v", e.Path, e.Err) }

func (e *SocketError) Unwrap() error { return e.Err }

// ListenSocket listens on a Unix socket that nobody but the user reaches: it is 0600, in a folder of the user's that is
// 0700, which is made where it is missing. One that a proxy has left behind is replaced, one that somebody listens on is
// not. Closing the listener removes it, unless another is in its place by then. The error is a *SocketError.
func ListenSocket(ctx context.Context, path string) (*Listener, error) {
	listener, err := listenSocket(ctx, path)
	if err != nil {
		return nil, &SocketError{path, err}
	}
	return &Listener{Listener: listener}, nil
}

func listenSocket(ctx context.Context, path string) (net.Listener, error) {
	if !ownership.Known {
		return nil, errors.New("sockets are for Unix: listen on a loopback address")
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
			err = op.Err // the path is named already
		}
		return nil, err
	}
	// Until here the folder has kept others out.
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	made, err := os.Lstat(path)
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	if l, ok := listener.(*net.UnixListener); ok {
		l.SetUnlinkOnClose(false) // it would remove whatever has the name
	}
	return &socket{Listener: listener, path: path, made: made}, nil
}

// socket is a listener that takes its own file with it and nobody else's.
type socket struct {
	net.Listener
	path    string
	made    fs.FileInfo
	removal sync.Once
}

// Close implements [net.Listener]. The file goes first: as long as the socket is open, no new file can have its identity.
func (s *socket) Close() error {
	s.removal.Do(func() {
		if there, err := os.Lstat(s.path); err == nil && os.SameFile(there, s.made) {
			_ = os.Remove(s.path) // what is left behind is replaced
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
		return fmt.Errorf("%s is no folder", dir)
	}
	return checkPrivate(dir, info)
}

// checkPrivate wants a folder that is the user's own and that nobody else enters.
func checkPrivate(dir string, info fs.FileInfo) error {
	switch {
	case !ownership.IsOurs(info):
		return fmt.Errorf("the folder %s belongs to another user", dir)
	case ownership.Allows(info, 0o077):
		return fmt.Errorf("others may enter the folder %s: chmod 700 it, or take another", dir)
	}
	return nil
}

// clearSocket removes a socket that nobody listens on any more, and nothing else.
func clearSocket(ctx context.Context, path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case info.Mode().Type() != fs.ModeSocket:
		return errors.New("there is a file that is no socket")
	}
	conn, err := new(net.Dialer).DialContext(ctx, "unix", path)
	if err == nil {
		_ = conn.Close()
		return errors.New("another program listens there")
	}
	if !isRefused(err) {
		return errors.New("there is a socket of which nobody knows whether it is in use")
	}
	return os.Remove(path)
}
