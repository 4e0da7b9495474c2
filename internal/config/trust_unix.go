//go:build unix

package config

import (
	"io/fs"
	"os"
	"syscall"
)

func writableByAll(info fs.FileInfo) bool { return info.Mode().Perm()&0o002 != 0 }

// foreign reports whether a file belongs neither to the user this process acts as nor to root.
func foreign(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && foreignTo(os.Geteuid(), int(stat.Uid))
}

func foreignTo(us, owner int) bool { return owner != us && owner != 0 }
