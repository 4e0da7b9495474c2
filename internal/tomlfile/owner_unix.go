//go:build unix

package tomlfile

import (
	"os"
	"syscall"
)

// keepOwner gives a new file the owner and the group of the one at path, if there is one.
func keepOwner(f *os.File, path string) error {
	old, err := os.Stat(path)
	if err != nil {
		return nil
	}
	made, err := f.Stat()
	if err != nil {
		return err
	}
	want, ok := old.Sys().(*syscall.Stat_t)
	has, is := made.Sys().(*syscall.Stat_t)
	if !ok || !is || want.Uid == has.Uid && want.Gid == has.Gid {
		return nil
	}
	return f.Chown(int(want.Uid), int(want.Gid))
}
