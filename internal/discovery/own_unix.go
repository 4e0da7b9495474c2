//go:build unix

package discovery

import (
	"io/fs"
	"os"
	"syscall"
)

// own reports whether a file belongs to the user and nobody else can write to it.
func own(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Geteuid() && info.Mode().Perm()&0o022 == 0
}
