package tomlfile

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

func accept(fs.FileInfo) error { return nil }

func contents(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, e.Name()+"="+string(data))
	}
	return strings.Join(all, " ")
}

func TestReplacementKeepsOwnerAndGroup(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	if err := os.WriteFile(path, []byte("before"), 0o640); err != nil {
		t.Fatal(err)
	}
	groups, err := os.Getgroups()
	if err != nil {
		t.Fatal(err)
	}
	uid, gid := os.Geteuid(), -1
	for _, g := range groups {
		if g != os.Getegid() {
			gid = g
		}
	}
	switch {
	case uid == 0:
		uid, gid = 12345, 23456
	case gid < 0:
		t.Skip("NOT TESTED: this user is in one group only")
	}
	if err := os.Chown(path, uid, gid); err != nil {
		t.Fatal(err)
	}
	if err := (Replacement{[]byte("before"), []byte("after"), 0o640, accept}).Write(path); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if stat := info.Sys().(*syscall.Stat_t); int(stat.Uid) != uid || int(stat.Gid) != gid || info.Mode() != 0o640 {
		t.Errorf("owner %d, group %d, %s", stat.Uid, stat.Gid, info.Mode())
	}
	if got := contents(t, dir); got != "file=after" {
		t.Error(got)
	}
}

func TestFileThatIsNotAcceptedIsNotWritten(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	if err := os.WriteFile(path, []byte("before"), 0o600); err != nil {
		t.Fatal(err)
	}
	refused := errors.New("refused")
	err := Replacement{[]byte("before"), []byte("after"), 0o600, func(info fs.FileInfo) error {
		if info.Mode() != 0o600 || info.Size() != 5 {
			t.Errorf("%s, %d bytes", info.Mode(), info.Size())
		}
		return refused
	}}.Write(path)
	if got := contents(t, dir); !errors.Is(err, refused) || got != "file=before" {
		t.Errorf("%v, %s", err, got)
	}
	if err := (Replacement{nil, []byte("after"), 0o600, func(fs.FileInfo) error { return refused }}).Write(filepath.Join(dir, "new")); !errors.Is(err, refused) || contents(t, dir) != "file=before" {
		t.Errorf("%v, %s", err, contents(t, dir))
	}
}

// Containers mount single files, in directories that may be read-only.
func TestFileThatIsAMountIsWrittenInPlace(t *testing.T) {
	if os.Getenv("TOMLFILE_TEST_MOUNTS") == "" {
		cmd := exec.Command("unshare", "--user", "--map-root-user", "--mount", os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
		if err := exec.Command("unshare", "--user", "--map-root-user", "--mount", "true").Run(); err != nil {
			t.Skipf("NOT TESTED: no mounts here: %v", err)
		}
		cmd.Env = append(os.Environ(), "TOMLFILE_TEST_MOUNTS=1")
		if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()) {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	for name, readOnly := range map[string]bool{"writable directory": false, "read-only directory": true} {
		dir, outside := t.TempDir(), filepath.Join(t.TempDir(), "outside")
		path := filepath.Join(dir, "file")
		for _, p := range []string{path, outside} {
			if err := os.WriteFile(p, []byte("before, and longer"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		mount := func(source, target string, flags uintptr) {
			if err := unix.Mount(source, target, "", flags, ""); err != nil {
				t.Fatal(err)
			}
		}
		if readOnly {
			mount(dir, dir, unix.MS_BIND)
			mount(dir, dir, unix.MS_BIND|unix.MS_REMOUNT|unix.MS_RDONLY)
		}
		mount(outside, path, unix.MS_BIND)
		if err := (Replacement{[]byte("before, and longer"), []byte("after"), 0o600, accept}).Write(path); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got := contents(t, dir) + " " + contents(t, filepath.Dir(outside)); got != "file=after outside=after" {
			t.Errorf("%s: %s", name, got)
		}
		_ = unix.Unmount(path, 0)
		_ = unix.Unmount(dir, 0)
	}
}
