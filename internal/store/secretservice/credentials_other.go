//go:build linux || netbsd || openbsd

package secretservice

import "net"

// sendNul sends the byte that begins the authentication. The bus asks the socket for our credentials.
func sendNul(conn *net.UnixConn) error {
	_, err := conn.Write([]byte{0})
	return err
}
