//go:build unix

package config

import (
	"io/fs"
	"os"
	"syscall"
)

func writableByAll(info fs.FileInfo) bool { return info.Mode().Perm()&0o002 != 0 }

// foreign reports whether a file belongs neither to the user this process acts as nor to root. To root nobody is foreign:
// in a container it works on files from outside, which belong to whoever they belong to there.
func foreign(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && foreignTo(os.Geteuid(), int(stat.Uid))
}

func foreignTo(us, owner int) bool { return us != 0 && owner != us && owner != 0 }
