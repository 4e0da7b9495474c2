package testpty

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Open returns both ends of a new terminal. Reads by the person fail ten seconds after it.
func Open() (person, program *os.File, err error) {
	person, err = os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		return nil, nil, err
	}
	number, err := unlock(person)
	if err == nil {
		err = person.SetReadDeadline(time.Now().Add(10 * time.Second))
	}
	if err == nil {
		program, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	}
	if err != nil {
		return nil, nil, errors.Join(err, person.Close())
	}
	return person, program, nil
}

// unlock makes the other end usable, and returns its number.
func unlock(person *os.File) (number int, err error) {
	raw, err := person.SyscallConn() // Fd would make reads ignore the deadline
	if err != nil {
		return 0, err
	}
	failed := raw.Control(func(fd uintptr) {
		number, err = unix.IoctlGetInt(int(fd), unix.TIOCGPTN)
		err = errors.Join(err, unix.IoctlSetPointerInt(int(fd), unix.TIOCSPTLCK, 0))
	})
	return number, errors.Join(failed, err)
}
