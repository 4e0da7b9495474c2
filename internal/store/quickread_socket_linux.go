package store

import (
	"context"
	"errors"
	"net/url"
	"os"
	"strings"
	"syscall"
	"time"
)

// socketPatience is how long a system call waits before it looks whether the context has ended.
const socketPatience = 100 * time.Millisecond

// socket is a connected unix socket whose calls block. Package net would have the one goroutine there is wait through
// epoll, a timer and two more threads, which takes longer than the bus takes to answer.
type socket struct {
	ctx      context.Context
	deadline time.Time
	fd       int
}

// dialSocket connects to a path, or to an abstract name after "@". The socket's calls end at the deadline, and soon after
// the context.
func dialSocket(ctx context.Context, deadline time.Time, path string) (*socket, error) {
	fd, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, os.NewSyscallError("socket", err)
	}
	s := &socket{ctx, deadline, fd}
	patience := syscall.NsecToTimeval(socketPatience.Nanoseconds())
	for _, option := range []int{syscall.SO_RCVTIMEO, syscall.SO_SNDTIMEO} {
		if err == nil {
			err = os.NewSyscallError("setsockopt", syscall.SetsockoptTimeval(fd, syscall.SOL_SOCKET, option, &patience))
		}
	}
	if err == nil {
		_, err = s.patiently("connect", func() (int, error) { return 0, syscall.Connect(fd, &syscall.SockaddrUnix{Name: path}) })
	}
	if err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// patiently repeats a system call that was interrupted or has waited for nothing, as long as there is time.
func (s *socket) patiently(name string, call func() (int, error)) (int, error) {
	for {
		n, err := call()
		if !errors.Is(err, syscall.EINTR) && !errors.Is(err, syscall.EAGAIN) {
			return max(n, 0), os.NewSyscallError(name, err)
		}
		if err := s.ctx.Err(); err != nil {
			return 0, err
		}
		if !time.Now().Before(s.deadline) {
			return 0, os.ErrDeadlineExceeded
		}
	}
}

// read reads some bytes, and none at the end.
func (s *socket) read(p []byte) (int, error) {
	return s.patiently("read", func() (int, error) { return syscall.Read(s.fd, p) })
}

func (s *socket) write(p []byte) error {
	for len(p) > 0 {
		// MSG_NOSIGNAL: a bus that has hung up is an error to tell and no signal.
		n, err := s.patiently("send", func() (int, error) { return syscall.SendmsgN(s.fd, p, nil, nil, syscall.MSG_NOSIGNAL) })
		if err != nil {
			return err
		}
		p = p[n:]
	}
	return nil
}

func (s *socket) close() { _ = syscall.Close(s.fd) }

// unixSocket returns the socket of the first address of a list, or false where it is of another kind. "Server addresses
// consist of a transport name followed by a colon, and then an optional, comma-separated list of keys and values" (D-Bus
// Specification, "Server Addresses").
func unixSocket(address string) (path string, ok bool) {
	first, _, _ := strings.Cut(address, ";")
	keys, unix := strings.CutPrefix(first, "unix:")
	if !unix {
		return "", false
	}
	for pair := range strings.SplitSeq(keys, ",") {
		name, value, _ := strings.Cut(pair, "=")
		value, err := url.PathUnescape(value)
		switch {
		case err != nil:
			return "", false
		case value == "":
		case name == "path":
			return value, true
		case name == "abstract":
			return "@" + value, true
		}
	}
	return "", false
}
