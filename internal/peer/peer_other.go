//go:build !linux

package peer

import "net"

func ownerOf(net.Conn) Owner { return Unknown }

func isUnnumbered(int) bool { return false }

func nameOf(int) string { return "" }
