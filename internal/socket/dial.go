package socket

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"os"

	"github.com/oauthget/oauthget/internal/ownership"
	"github.com/oauthget/oauthget/internal/peer"
)

// ErrForeign is returned for a socket of another user, who would learn what is sent there and choose what is answered.
var ErrForeign = errors.New("the socket belongs to another user")

// ErrNoSocket is returned for a file that is not a socket.
var ErrNoSocket = errors.New("it is not a socket")

// Dial connects to the socket at path. The socket must be the user's or root's, and so must the program that listens there, as far
// as the system tells.
func Dial(ctx context.Context, path string) (net.Conn, error) {
	info, err := os.Stat(path) // a link of ours may lead to it
	switch {
	case err != nil:
		return nil, err
	case info.Mode().Type() != fs.ModeSocket:
		return nil, ErrNoSocket
	case !ownership.IsTrusted(info):
		return nil, ErrForeign
	}
	conn, err := new(net.Dialer).DialContext(ctx, "unix", path)
	if err != nil {
		return nil, err
	}
	if peer.Of(conn) == peer.Other {
		return nil, errors.Join(ErrForeign, conn.Close())
	}
	return conn, nil
}
