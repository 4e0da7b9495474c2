package peer

import "golang.org/x/sys/unix"

func processOf(fd int) int {
	process, err := unix.GetsockoptInt(fd, unix.SOL_LOCAL, unix.LOCAL_PEERPID)
	if err != nil {
		return 0
	}
	return process
}
