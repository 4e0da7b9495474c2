// Package peer tells which user of this machine is at the other end of a loopback connection.
package peer

import "net"

// Owner is what the system tells of the user who holds the other end of a connection.
type Owner int

const (
	// Unknown is the answer where the system does not tell: on other systems than Linux, and where the other end is in
	// another network namespace, such as a container's.
	Unknown Owner = iota
	// Ours is this process's user, or root: sshd, containers and WSL forward connections as root.
	Ours
	// Other is another user, or a peer that has closed its end: then nobody can tell any more who it was.
	Other
)

// Of looks up the owner of the other end of c, at this moment. It is Unknown for no connection.
func Of(c net.Conn) Owner {
	if c == nil {
		return Unknown
	}
	return ownerOf(c)
}
