//go:build !windows

package loopback

import "syscall"

const addressInUse = syscall.EADDRINUSE

var missingAddress = []syscall.Errno{syscall.EADDRNOTAVAIL, syscall.EAFNOSUPPORT}
