//go:build unix

package socket

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSocketsThatAreNotMade(t *testing.T) {
	for name, c := range map[string]struct {
		prepare func(dir string) error
		want    string // empty if it is made
	}{
		"open folder":   {func(dir string) error { return os.Chmod(dir, 0o750) }, "other users can enter"},
		"a file":        {func(dir string) error { return os.WriteFile(dir+"/s", nil, 0o600) }, "not a socket"},
		"a link":        {func(dir string) error { return os.Symlink("elsewhere", dir+"/s") }, "not a socket"},
		"left behind":   {leaveSocket, ""},
		"no folder":     {func(dir string) error { return os.Remove(dir) }, ""},
		"file for it":   {func(dir string) error { return errors.Join(os.Remove(dir), os.WriteFile(dir, nil, 0o600)) }, "not a folder"},
		"nothing there": {func(string) error { return nil }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "d")
			if err := errors.Join(os.Mkdir(dir, 0o700), c.prepare(dir)); err != nil {
				t.Fatal(err)
			}
			l, err := Listen(t.Context(), dir+"/s")
			if c.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				l.Close()
				return
			}
			if _, ok := errors.AsType[*Error](err); !ok || !strings.Contains(err.Error(), c.want) {
				t.Error(err)
			}
		})
	}
}

func TestSocketInAFolderOfAnotherUserIsNotMade(t *testing.T) {
	if os.Getuid() != 0 { // only root can give a folder away
		t.Log("only root can make a folder of another user")
		return
	}
	dir := filepath.Join(t.TempDir(), "d")
	if err := errors.Join(os.Mkdir(dir, 0o700), os.Chown(dir, 12345, -1), os.Symlink(dir, dir+"-link")); err != nil {
		t.Fatal(err)
	}
	for _, folder := range []string{dir, dir + "-link"} {
		if _, err := Listen(t.Context(), folder+"/s"); err == nil || !strings.Contains(err.Error(), "belongs to another user") {
			t.Errorf("%s: %v", folder, err)
		}
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) > 0 {
		t.Errorf("the folder has %v, %v", entries, err)
	}
}

func TestEndRemovesNobodyElsesSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "made", "s")
	first, err := Listen(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(path); err != nil { // somebody cleans up, and starts another
		t.Fatal(err)
	}
	second, err := Listen(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Close(); err != nil {
		t.Error(err)
	}
	conn, err := net.Dial("unix", path)
	if err != nil {
		t.Fatalf("the end of the first has taken the second's socket: %v", err)
	}
	conn.Close()
	for range 2 { // whoever closes twice is told so, as of any listener
		err = second.Close()
	}
	if !errors.Is(err, net.ErrClosed) {
		t.Error(err)
	}
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the socket is left behind: %v", err)
	}
}

// leaveSocket leaves a socket as a program does that was killed.
func leaveSocket(dir string) error {
	l, err := net.Listen("unix", dir+"/s")
	if err != nil {
		return err
	}
	l.(*net.UnixListener).SetUnlinkOnClose(false)
	return l.Close()
}
