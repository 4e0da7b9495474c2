//go:build unix

package socket

import (
	"errors"
	"syscall"
)

// isRefused reports whether nobody listens on a socket.
func isRefused(err error) bool { return errors.Is(err, syscall.ECONNREFUSED) }
