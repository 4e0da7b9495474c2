//go:build unix

package store

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// otherUser is one that is not the one who runs the tests.
const otherUser = 65534

func mustSymlink(t *testing.T, target, link string) {
	t.Helper()
	if err := os.Symlink(target, link); err != nil {
		t.Fatal(err)
	}
}

func TestLockFollowsNoSymbolicLink(t *testing.T) {
	for name, inside := range map[string]bool{"to a file of ours": false, "to a neighbour": true} {
		dir := t.TempDir()
		if err := os.Mkdir(filepath.Join(dir, locksDir), 0o700); err != nil {
			t.Fatal(err)
		}
		target := filepath.Join(dir, "precious")
		if inside {
			target = filepath.Join(dir, locksDir, "precious")
		}
		if err := os.WriteFile(target, []byte("precious"), 0o600); err != nil {
			t.Fatal(err)
		}
		link := target
		if inside {
			link = "precious"
		}
		mustSymlink(t, link, filepath.Join(dir, locksDir, "key.lock"))
		_, err := Lock(t.Context(), dir, "key")
		wantReason(t, err, StateDirBad)
		if text, err := os.ReadFile(target); err != nil || string(text) != "precious" {
			t.Errorf("%s: now holds %q, %v", name, text, err)
		}
	}
}

func TestPIDIsWrittenIntoTheLockedFileAlone(t *testing.T) {
	dir := t.TempDir()
	unlock, err := Lock(t.Context(), dir, "key")
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	if text, err := os.ReadFile(filepath.Join(dir, locksDir, "key.lock")); err != nil || len(text) < 2 {
		t.Errorf("the lock file holds %q, %v", text, err)
	}
}

func TestDirectoryInTheStateDirectoryIsNoSymbolicLink(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "elsewhere"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{locksDir, recordsDir} {
		mustSymlink(t, "elsewhere", filepath.Join(dir, name))
	}
	_, err := Lock(t.Context(), dir, "key")
	wantReason(t, err, StateDirBad)
	_, err = Records{dir}.All()
	wantReason(t, err, StateDirBad)
	if info, err := os.Stat(filepath.Join(dir, "elsewhere")); err != nil || info.Mode().Perm() != 0o755 {
		t.Errorf("its mode is %v now, %v", info.Mode(), err)
	}
}

func TestStateDirectoryMayBeALinkOfOurs(t *testing.T) {
	dir := t.TempDir()
	link := filepath.Join(dir, "link")
	mustSymlink(t, t.TempDir(), link)
	if err := (Records{link}).Write(Record{Key: "k1", Store: "file"}); err != nil {
		t.Error(err)
	}
}

func TestStateDirectoryOfAnotherUserIsLeftAlone(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give files away")
	}
	theirs := filepath.Join(t.TempDir(), "theirs")
	for _, dir := range []string{theirs, filepath.Join(theirs, recordsDir)} {
		if err := errors.Join(os.Mkdir(dir, 0o755), os.Chown(dir, otherUser, otherUser)); err != nil {
			t.Fatal(err)
		}
	}
	ours := t.TempDir()
	theirLink := filepath.Join(t.TempDir(), "link")
	mustSymlink(t, ours, theirLink)
	if err := os.Lchown(theirLink, otherUser, otherUser); err != nil {
		t.Fatal(err)
	}
	ourLink := filepath.Join(t.TempDir(), "link")
	mustSymlink(t, theirs, ourLink)
	for name, dir := range map[string]string{"theirs": theirs, "their link to ours": theirLink, "our link to theirs": ourLink} {
		_, err := Lock(t.Context(), dir, "key")
		if wantReason(t, err, StateDirBad); !errors.Is(err, errNotOurs) {
			t.Errorf("%s: %v", name, err)
		}
		wantReason(t, Records{dir}.Write(Record{Key: "k1", Store: "file"}), StateDirBad)
		_, err = Records{dir}.All()
		wantReason(t, err, StateDirBad)
	}
	if info, err := os.Stat(theirs); err != nil || info.Mode().Perm() != 0o755 {
		t.Errorf("the mode of theirs is %v now, %v", info.Mode(), err)
	}
}

func TestPipeInPlaceOfARecordIsNotWaitedFor(t *testing.T) {
	records := Records{t.TempDir()}
	if err := records.Write(Record{Key: "k1", Store: "file"}); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(filepath.Join(records.StateDir, recordsDir, "k2.json"), 0o600); err != nil {
		t.Fatal(err)
	}
	type result struct {
		records []Record
		err     error
	}
	done := make(chan result, 1)
	go func() {
		got, err := records.All()
		done <- result{got, err}
	}()
	select {
	case r := <-done:
		if wantReason(t, r.err, StateDirBad); len(r.records) != 1 {
			t.Errorf("records %v", r.records)
		}
	case <-time.After(5 * time.Second):
		t.Fatal("waits for a writer of the pipe")
	}
}

func TestTokenFileOfAnotherUserIsNotBelieved(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give files away")
	}
	f := withIdentity(t)
	mustSave(t, f, "key", setOf(10))
	if err := os.Chown(tokenPath(f, "key"), otherUser, otherUser); err != nil {
		t.Fatal(err)
	}
	next := again(t, f)
	_, err := next.Load(t.Context(), "key")
	if wantReason(t, err, Unreadable); !errors.Is(err, errNotOurs) {
		t.Error(err)
	}
	wantReason(t, next.Save(t.Context(), "key", setOf(10)), Unreadable)
	if err := next.Delete(t.Context(), "key"); err != nil {
		t.Error(err)
	}
}
