package agentserver

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strconv"

	"github.com/oauthget/oauthget/internal/ownership"
	"github.com/oauthget/oauthget/internal/socket"
	"github.com/oauthget/oauthget/internal/userdir"
)

// DefaultSocket is the socket of an agent that is told no other.
func DefaultSocket(getenv func(string) string, goos string) (string, error) {
	dir, err := userdir.Runtime(getenv, goos)
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, "agent.sock"), nil
}

// Listen listens on a socket that is the user's alone. Missing folders are made. If systemd has passed a socket, it is that one.
func Listen(ctx context.Context, path string) (net.Listener, error) {
	if listener, err := inherited(); listener != nil || err != nil {
		return listener, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, &socket.Error{Path: path, Err: err}
	}
	return socket.Listen(ctx, path)
}

// firstInherited is the file descriptor of the first socket that systemd passes (sd_listen_fds(3)).
const firstInherited = 3

// inherited returns the socket that systemd has passed; nil if there is none. The socket file stays systemd's.
func inherited() (net.Listener, error) {
	process, fds := os.Getenv("LISTEN_PID"), os.Getenv("LISTEN_FDS")
	if !ownership.Known || process != strconv.Itoa(os.Getpid()) {
		return nil, nil
	}
	for _, name := range []string{"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"} { // a browser is not to take them for its own
		if err := os.Unsetenv(name); err != nil {
			return nil, err
		}
	}
	if fds != "1" {
		return nil, errors.New("start agent: systemd has passed other than one socket")
	}
	f := os.NewFile(firstInherited, "socket of systemd")
	defer f.Close()
	listener, err := net.FileListener(f)
	if err != nil {
		return nil, err
	}
	unix, ok := listener.(*net.UnixListener)
	if !ok {
		return nil, errors.Join(errors.New("start agent: the socket that systemd has passed is no Unix socket"), listener.Close())
	}
	unix.SetUnlinkOnClose(false)
	return unix, nil
}
