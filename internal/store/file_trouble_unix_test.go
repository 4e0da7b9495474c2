//go:build unix

package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// nobody is the user that a test gives up root for: root may write where nothing may be written.
const nobody = 65534

// saveInTrouble is what another process does: it probes, saves a large set, and prints what came of it.
func saveInTrouble(trouble string) {
	if err := getInto(trouble); err != nil {
		fmt.Println(err)
		return
	}
	f := NewFile(FileOptions{StateDir: os.Getenv("STATE"), IdentityFile: os.Getenv("IDENTITY")})
	for _, err := range []error{f.Probe(context.Background()), f.Save(context.Background(), "key", setOf(1<<20))} {
		if e, ok := errors.AsType[*Error](err); ok {
			errno, _ := errors.AsType[syscall.Errno](e)
			fmt.Printf("%s: %v\n", e.Reason, errno)
		} else {
			fmt.Println(err)
		}
	}
}

func getInto(trouble string) error {
	switch {
	case trouble == "full disk":
		// As there, the write ends in the middle of the file.
		signal.Ignore(syscall.SIGXFSZ)
		return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 64 << 10, Max: 64 << 10})
	case os.Geteuid() == 0:
		return errors.Join(syscall.Setgid(nobody), syscall.Setuid(nobody))
	}
	return nil
}

func TestTroubleWithTheDiskKeepsTheOldFile(t *testing.T) {
	for trouble, want := range map[string]string{
		"full disk":           "<nil>\n" + string(StateDirBad) + ": " + syscall.EFBIG.Error() + "\n",
		"read-only directory": strings.Repeat(string(StateDirBad)+": "+syscall.EACCES.Error()+"\n", 2),
	} {
		base, err := os.MkdirTemp("", "trouble") // t.TempDir is for root alone, where it is root's
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.RemoveAll(base) })
		f := fileStore(t, FileOptions{StateDir: filepath.Join(base, "state"), IdentityFile: newIdentity(t)})
		set := setOf(100)
		mustSave(t, f, "key", set)
		dir := filepath.Dir(tokenPath(f, "key"))
		identity := filepath.Join(base, "age.key")
		if err := os.Rename(f.options.IdentityFile, identity); err != nil {
			t.Fatal(err)
		}
		f.options.IdentityFile = identity
		if trouble == "read-only directory" {
			give(t, base, nobody)
			if err := os.Chmod(dir, 0o500); err != nil {
				t.Fatal(err)
			}
		}
		before := snapshot(t, dir)
		if got := troubled(t, trouble, f); got != want {
			t.Errorf("%s: %q, want %q", trouble, got, want)
		}
		after := snapshot(t, dir)
		if trouble == "full disk" { // where files came and went, and with them the directory's time
			_, before, _ = strings.Cut(before, "\n")
			_, after, _ = strings.Cut(after, "\n")
		}
		if after != before {
			t.Errorf("%s: something was touched", trouble)
		}
		give(t, base, os.Geteuid()) // the store takes nothing that is another's
		wantLoaded(t, again(t, f), "key", set)
	}
}

// give makes all below dir a user's, so that it is not root who tries.
func give(t *testing.T, dir string, uid int) {
	t.Helper()
	if os.Geteuid() != 0 {
		return
	}
	err := filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		return errors.Join(err, os.Chown(path, uid, uid))
	})
	if err != nil {
		t.Fatal(err)
	}
}

func troubled(t *testing.T, trouble string, f *File) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = []string{
		"STORE_TEST_TROUBLE=" + trouble, "STATE=" + f.options.StateDir, "IDENTITY=" + f.options.IdentityFile,
		"GORACE=atexit_sleep_ms=0",
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return string(out)
}
