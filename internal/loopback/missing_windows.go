package loopback

import (
	"syscall"

	"golang.org/x/sys/windows"
)

var missingAddress = []syscall.Errno{windows.WSAEADDRNOTAVAIL, windows.WSAEAFNOSUPPORT}
