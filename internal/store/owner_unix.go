//go:build unix

package store

import (
	"io/fs"
	"os"
	"syscall"
)

// noFollow makes open(2) refuse a symbolic link in the last place of a path.
const noFollow = syscall.O_NOFOLLOW

// isOurs reports whether what info describes belongs to the user this process acts as: root's too, when root runs it.
func isOurs(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Geteuid()
}
