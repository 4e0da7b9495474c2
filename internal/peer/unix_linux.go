package peer

import (
	"net"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// credentials are those at the time of connect(2) or listen(2): SO_PEERCRED of unix(7).
func credentials(c *net.UnixConn) (uid, process int, ok bool) {
	raw, err := c.SyscallConn()
	if err != nil {
		return 0, 0, false
	}
	var cred *unix.Ucred
	var failed error
	if err := raw.Control(func(fd uintptr) {
		cred, failed = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED)
	}); err != nil || failed != nil {
		return 0, 0, false
	}
	return int(cred.Uid), int(cred.Pid), true
}

func nameOf(process int) string {
	name, err := os.ReadFile("/proc/" + strconv.Itoa(process) + "/comm")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(name))
}
