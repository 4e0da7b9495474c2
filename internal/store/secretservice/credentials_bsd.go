//go:build (dragonfly || freebsd) && cgo

package secretservice

import (
	"net"

	"github.com/godbus/dbus/v5"
)

// sendNul sends the byte that begins the authentication, with our credentials: the buses of these systems look for them
// in the message.
func sendNul(conn *net.UnixConn) error {
	c, err := dbus.DialUnix(conn)
	if err != nil {
		return err
	}
	return c.SendNullByte()
}
