package loopback

import (
	"syscall"

	"golang.org/x/sys/windows"
)

// Windows has numbers of its own for what goes wrong with sockets. It never returns those that package syscall has names for.
const addressInUse = windows.WSAEADDRINUSE

var missingAddress = []syscall.Errno{windows.WSAEADDRNOTAVAIL, windows.WSAEAFNOSUPPORT}
