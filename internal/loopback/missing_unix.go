//go:build !windows

package loopback

import "syscall"

var missingAddress = []syscall.Errno{syscall.EADDRNOTAVAIL, syscall.EAFNOSUPPORT}
