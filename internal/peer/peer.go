// Package peer tells which user of this machine is at the other end of a loopback connection or of a Unix socket.
package peer

import (
	"fmt"
	"net"
	"os"
)

// Owner is what the system tells of the user who holds the other end of a connection.
type Owner int

const (
	// Unknown is the answer where the system does not tell: for TCP on other systems than Linux, for Unix sockets on other
	// systems than Linux, macOS and FreeBSD, and where the other end is in another namespace, such as a container's.
	Unknown Owner = iota
	// Ours is this process's user, or root: sshd, containers and WSL forward connections as root.
	Ours
	// Other is another user, or a peer that has closed its end: then nobody can tell any more who it was.
	Other
)

// Of looks up the owner of the other end of c, at this moment. It is Unknown for no connection.
func Of(c net.Conn) Owner {
	switch c := c.(type) {
	case nil:
		return Unknown
	case *net.UnixConn:
		uid, _, ok := credentials(c)
		if !ok {
			return Unknown
		}
		return ownerByID(uid)
	}
	return ownerOf(c)
}

// Process returns the process at the other end of a Unix socket, 0 if the system does not tell. It is the one that connected, and
// may have passed the connection on.
func Process(c net.Conn) int {
	if u, ok := c.(*net.UnixConn); ok {
		if _, process, ok := credentials(u); ok {
			return process
		}
	}
	return 0
}

// Describe names a process for a person.
func Describe(process int) string {
	if process == 0 {
		return "a program"
	}
	if name := nameOf(process); name != "" {
		return fmt.Sprintf("%s (process %d)", name, process)
	}
	return fmt.Sprintf("process %d", process)
}

func ownerByID(uid int) Owner {
	switch {
	case uid == os.Getuid() || uid == 0:
		return Ours
	case isUnnumbered(uid):
		return Unknown
	}
	return Other
}
