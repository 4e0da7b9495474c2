package store

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/oauthget/oauthget/internal/token"
)

func TestRoomIsThereUntilItIsReleased(t *testing.T) {
	stateDir := t.TempDir()
	room := filepath.Join(stateDir, recordsDir, "key"+roomSuffix)
	size := func() int64 {
		info, err := os.Stat(room)
		if err != nil {
			return 0
		}
		return info.Size()
	}
	for _, present := range []token.Set{{}, setOf(64 << 10)} {
		release, err := MakeRoom(stateDir, "key", present)
		if err != nil {
			t.Fatal(err)
		}
		packed, err := pack(present)
		if err != nil {
			t.Fatal(err)
		}
		if got := size(); got < minRoom || got < 2*int64(len(packed)) {
			t.Errorf("%d bytes for a set of %d", got, len(packed))
		}
		for range 2 {
			if release(); size() != 0 {
				t.Error("it is still there")
			}
		}
	}
}

func TestRoomOfADeadProcessIsMadeAgain(t *testing.T) {
	stateDir := t.TempDir()
	dead, err := MakeRoom(stateDir, "key", token.Set{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(dead) // Windows removes no file that is open
	release, err := MakeRoom(stateDir, "key", token.Set{})
	if err != nil {
		t.Fatal(err)
	}
	release()
	if list, err := (Records{stateDir}).All(); len(list) != 0 || err != nil {
		t.Errorf("%v, %v", list, err)
	}
}

func TestNoRoomIsAnErrorOfTheStateDirectory(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := MakeRoom(filepath.Join(file, "state"), "key", token.Set{})
	wantReason(t, err, StateDirBad)
	_, err = MakeRoom(t.TempDir(), "../key", token.Set{})
	wantReason(t, err, StateDirBad)
}
