//go:build unix

package proxy

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// canBePrivate says whether a folder can be kept from others.
const canBePrivate = true

// checkPrivate wants a folder that is the user's own and that nobody else enters.
func checkPrivate(dir string, info fs.FileInfo) error {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok || int(stat.Uid) != os.Geteuid() {
		return fmt.Errorf("the folder %s belongs to another user", dir)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return fmt.Errorf("others may enter the folder %s: chmod 700 it, or take another", dir)
	}
	return nil
}

// isRefused reports whether nobody listens on a socket.
func isRefused(err error) bool { return errors.Is(err, syscall.ECONNREFUSED) }
