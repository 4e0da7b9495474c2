//go:build !linux && !darwin && !freebsd

package peer

import "net"

func credentials(*net.UnixConn) (uid, process int, ok bool) { return 0, 0, false }
