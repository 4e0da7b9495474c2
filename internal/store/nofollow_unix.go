//go:build unix

package store

import "syscall"

// noFollow makes open(2) refuse a symbolic link in the last place of a path.
const noFollow = syscall.O_NOFOLLOW
