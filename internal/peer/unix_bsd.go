//go:build darwin || freebsd

package peer

import (
	"net"

	"golang.org/x/sys/unix"
)

// solLocal is the level of the options of Unix sockets: unix(4).
const solLocal = 0

// credentials are those of LOCAL_PEERCRED in unix(4).
func credentials(c *net.UnixConn) (uid, process int, ok bool) {
	raw, err := c.SyscallConn()
	if err != nil {
		return 0, 0, false
	}
	var cred *unix.Xucred
	var failed error
	if err := raw.Control(func(fd uintptr) {
		cred, failed = unix.GetsockoptXucred(int(fd), solLocal, unix.LOCAL_PEERCRED)
		process = processOf(int(fd))
	}); err != nil || failed != nil {
		return 0, 0, false
	}
	return int(cred.Uid), process, true
}
