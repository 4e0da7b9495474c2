package flow

import (
	"context"
	"errors"
	"net"
	"net/url"

	"github.com/oauthget/oauthget/internal/untrusted"
)

// isNetwork reports whether err means that no answer came: the server was not reached, or was too slow.
func isNetwork(err error) bool {
	if _, ok := errors.AsType[*url.Error](err); ok {
		return true
	}
	if _, ok := errors.AsType[*untrusted.NetworkError](err); ok {
		return true
	}
	if _, ok := errors.AsType[*net.OpError](err); ok { // not net.Error: every syscall.Errno is one
		return true
	}
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}
