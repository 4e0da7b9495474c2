package store

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
)

func TestWideModesAreRefusedAndTold(t *testing.T) {
	skipWithoutModes(t)
	f := withIdentity(t)
	mustSave(t, f, "key", setOf(10))
	dir := filepath.Dir(tokenPath(f, "key"))
	for _, c := range []struct {
		path       string
		wide, want os.FileMode
	}{
		{tokenPath(f, "key"), 0o640, 0o600},
		{tokenPath(f, "key"), 0o602, 0o600},
		{dir, 0o755, 0o700},
		{dir, 0o720, 0o700},
		{f.options.IdentityFile, 0o644, 0o600},
	} {
		if err := os.Chmod(c.path, c.wide); err != nil {
			t.Fatal(err)
		}
		next := again(t, f)
		_, err := next.Load(t.Context(), "key")
		wantReason(t, err, WideMode)
		if e, ok := errors.AsType[*ModeError](err); !ok || e.Path != c.path || e.Mode != c.wide || e.Want != c.want {
			t.Errorf("%s %04o: %v", c.path, c.wide, err)
		}
		wantReason(t, next.Save(t.Context(), "key", setOf(10)), WideMode)
		if info, err := os.Stat(c.path); err != nil || info.Mode().Perm() != c.wide {
			t.Errorf("the mode was changed: %v", err)
		}
		if err := os.Chmod(c.path, c.want); err != nil {
			t.Fatal(err)
		}
		wantLoaded2(t, next, "key")
	}
}

func TestTokenFilesAreForNobodyElse(t *testing.T) {
	skipWithoutModes(t)
	f := withIdentity(t)
	mustSave(t, f, "key", setOf(1000))
	for path, want := range map[string]os.FileMode{
		tokenPath(f, "key"): 0o600, filepath.Dir(tokenPath(f, "key")): 0o700, f.options.StateDir: 0o700,
	} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
	if strings.Contains(snapshot(t, f.options.StateDir), "canary") {
		t.Error("a secret stands in clear")
	}
}

func TestLinksAreNotFollowed(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("on Windows, symbolic links are for administrators")
	}
	f := withIdentity(t)
	mustSave(t, f, "key", setOf(10))
	path := tokenPath(f, "key")
	inside, outside := path+".real", filepath.Join(t.TempDir(), "real")
	for _, target := range []string{inside, outside} {
		if err := os.Rename(path, target); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(target, path); err != nil {
			t.Skip(err)
		}
		before := snapshot(t, f.options.StateDir)
		next := again(t, f)
		_, err := next.Load(t.Context(), "key")
		wantReason(t, err, Unreadable)
		wantReason(t, next.Save(t.Context(), "key", setOf(10)), Unreadable)
		if snapshot(t, f.options.StateDir) != before {
			t.Error("something was touched")
		}
		if err := os.Rename(target, path); err != nil {
			t.Fatal(err)
		}
	}
	dir := filepath.Dir(path)
	if err := os.Rename(dir, outside); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, dir); err != nil {
		t.Fatal(err)
	}
	_, err := again(t, f).Load(t.Context(), "key")
	wantReason(t, err, StateDirBad)
	wantReason(t, f.Save(t.Context(), "key", setOf(10)), StateDirBad)
	wantReason(t, f.Probe(t.Context()), StateDirBad)
}

// A writer that died between its write and its rename leaves the old file, and a temporary one, which the next writer
// removes.
func TestCrashBetweenWriteAndRenameKeepsTheOldFile(t *testing.T) {
	f := withIdentity(t)
	want := setOf(100)
	mustSave(t, f, "key", want)
	for i, data := range []string{"", ageMagic, "half"} {
		if err := os.WriteFile(tokenPath(f, "key")+"."+strings.Repeat("A", i+1)+tmpSuffix, []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	wantLoaded(t, again(t, f), "key", want)
	mustSave(t, f, "key", want)
	entries, err := os.ReadDir(filepath.Dir(tokenPath(f, "key")))
	if err != nil || len(entries) != 1 {
		t.Errorf("%v, %v", entries, err)
	}
}

func TestLoadBesideSaveSeesOneOfTheFiles(t *testing.T) {
	if os.Getenv("OAUTHGET_TEST_WINE") != "" {
		t.Skip("Wine replaces no file that is open, which Windows does")
	}
	f := withIdentity(t)
	mustSave(t, f, "key", setOf(100))
	var readers sync.WaitGroup
	stop := make(chan struct{})
	for range 2 {
		reader := again(t, f)
		readers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if _, err := reader.Load(t.Context(), "key"); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for i := range 20 {
		mustSave(t, f, "key", setOf(100+100_000*(i%2)))
	}
	close(stop)
	readers.Wait()
}

func TestStateDirectoryThatIsAFileIsTold(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	f := fileStore(t, FileOptions{StateDir: path, IdentityFile: newIdentity(t)})
	wantReason(t, f.Probe(t.Context()), StateDirBad)
	wantReason(t, f.Save(t.Context(), "key", setOf(1)), StateDirBad)
}
