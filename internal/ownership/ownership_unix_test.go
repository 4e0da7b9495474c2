//go:build unix

package ownership

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// foreign is a file of another user.
func foreign(t *testing.T) fs.FileInfo {
	t.Helper()
	path := "/" // root's
	if os.Geteuid() == 0 {
		path = filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chown(path, 12345, -1); err != nil {
			t.Skip(err)
		}
	}
	return stat(t, path)
}

func stat(t *testing.T, path string) fs.FileInfo {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info
}

func TestFileOfAnotherUserIsNotOurs(t *testing.T) {
	if IsOurs(foreign(t)) {
		t.Error("a file of another user is taken for ours")
	}
	if info := stat(t, t.TempDir()); !IsOurs(info) || !IsTrusted(info) {
		t.Error("our own directory is not ours")
	}
}

func TestRootAndRootsFilesAreTrusted(t *testing.T) {
	for _, c := range []struct {
		us, owner int
		trusted   bool
	}{{1000, 1000, true}, {1000, 0, true}, {0, 0, true}, {1000, 1001, false}, {0, 1000, true}} {
		if got := trusts(c.us, c.owner); got != c.trusted {
			t.Errorf("%d's to %d: %v", c.owner, c.us, got)
		}
	}
}

func TestModeAllowsWhatItsBitsSay(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for mode, want := range map[fs.FileMode]bool{0o600: false, 0o644: false, 0o620: true, 0o602: true, 0o755: false, 0o777: true} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if got := Allows(stat(t, path), 0o022); got != want {
			t.Errorf("%04o: %v", mode, got)
		}
	}
}
