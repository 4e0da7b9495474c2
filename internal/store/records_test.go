package store

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRecordsAreFoundByProfile(t *testing.T) {
	records := Records{filepath.Join(t.TempDir(), "state")}
	one := Record{Key: "k1", Profile: "work", Issuer: "https://as.example.com", ClientID: "cli", Store: "keychain"}
	two := Record{Key: "k2", Profile: "work", TokenEndpoint: "https://as.example.com/token", ClientID: "cli", Store: "keychain"}
	flagsOnly := Record{Key: "k3", Issuer: "https://other.example.com", Store: "keychain"}
	if got, err := records.All(); got != nil || err != nil {
		t.Errorf("before anything was written: %v, %v", got, err)
	}
	elsewhere := one
	elsewhere.Store = "file"
	for _, r := range []Record{two, one, flagsOnly, {Key: "k1", Profile: "old", Store: "keychain"}, elsewhere, one} {
		if err := records.Write(r); err != nil {
			t.Fatal(err)
		}
	}
	one.Version, elsewhere.Version, two.Version, flagsOnly.Version = 1, 1, 1, 1
	for profile, want := range map[string][]Record{"work": {elsewhere, one, two}, "": {flagsOnly}, "nobody": nil} {
		got, err := records.Of(profile)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("profile %q: %s", profile, d)
		}
	}
}

func TestRecordIsRemovedAloneAndTwice(t *testing.T) {
	records := Records{t.TempDir()}
	if err := records.Remove("k1", "file"); err != nil {
		t.Errorf("where there are none: %v", err)
	}
	for _, r := range []Record{{Key: "k1", Store: "file"}, {Key: "k1", Store: "keychain"}, {Key: "k10", Store: "file"}} {
		if err := records.Write(r); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		if err := records.Remove("k1", "file"); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := records.All(); len(got) != 2 || got[0].Key != "k1" || got[0].Store != "keychain" || got[1].Key != "k10" || err != nil {
		t.Errorf("left: %v, %v", got, err)
	}
}

func TestRecordThatIsThereIsNotWrittenAgain(t *testing.T) {
	records := Records{t.TempDir()}
	write := func() os.FileInfo {
		if err := records.Write(Record{Key: "k1", Profile: "work", Store: "file"}); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(filepath.Join(records.StateDir, recordsDir, "k1.file.json"))
		if err != nil {
			t.Fatal(err)
		}
		return info
	}
	if first := write(); !os.SameFile(first, write()) {
		t.Error("it was written again")
	}
}

// Earlier versions had one record for a key. The file is as they wrote it.
func TestRecordOfAnEarlierVersionCountsOnceAndIsRemoved(t *testing.T) {
	records := Records{t.TempDir()}
	for _, earlier := range []string{"file", "keychain"} {
		for _, r := range []Record{{Key: "k1", Store: "file"}, {Key: "k1", Store: "keychain"}} {
			if err := records.Write(r); err != nil {
				t.Fatal(err)
			}
		}
		path := filepath.Join(records.StateDir, recordsDir, "k1.json")
		if err := os.WriteFile(path, []byte(`{"version":1,"store":"`+earlier+`"}`+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := records.All()
		if len(got) != 2 || err != nil {
			t.Errorf("%s: %v, %v", earlier, got, err)
		}
		for _, store := range []string{"file", "keychain"} {
			if err := records.Remove("k1", store); err != nil {
				t.Fatal(err)
			}
			if _, err := os.Stat(path); (err == nil) != (store == "file" && earlier == "keychain") {
				t.Errorf("%s: after the removal of %s: %v", earlier, store, err)
			}
		}
	}
}

func TestDamagedRecordDoesNotHideTheOthers(t *testing.T) {
	records := Records{t.TempDir()}
	for _, key := range []string{"k1", "k2", "k3", "k4"} {
		if err := records.Write(Record{Key: key, Store: "file"}); err != nil {
			t.Fatal(err)
		}
	}
	dir := filepath.Join(records.StateDir, recordsDir)
	for name, text := range map[string]string{"k2.file.json": "{", "k3.file.json": `{"version":2,"store":"file"}`, "k4.file.json.X.tmp": "{", "readme": ""} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := records.All()
	wantReason(t, err, StateDirBad)
	if len(got) != 2 || got[0].Key != "k1" || got[1].Key != "k4" {
		t.Errorf("records %v", got)
	}
	if err := records.Write(Record{Key: "k4", Profile: "work", Store: "file"}); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "k4.file.json.X.tmp")); err == nil {
		t.Error("a later write left what a dead writer had begun")
	}
}

func TestKeyThatIsAPathIsRefused(t *testing.T) {
	records := Records{t.TempDir()}
	for _, key := range []string{"", "../x", "a/b", `a\b`, "a.b", "a\x00", "NUL:"} {
		wantReason(t, records.Write(Record{Key: key, Store: "file"}), StateDirBad)
		wantReason(t, records.Write(Record{Key: "k", Store: key}), StateDirBad)
		wantReason(t, records.Remove(key, "file"), StateDirBad)
		_, err := Lock(t.Context(), records.StateDir, key)
		wantReason(t, err, StateDirBad)
	}
}

func TestRecordsAreForNobodyElse(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no such modes there")
	}
	records := Records{filepath.Join(t.TempDir(), "a", "b")}
	if err := records.Write(Record{Key: "k1", Store: "file"}); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]os.FileMode{"": 0o700, recordsDir: 0o700, recordsDir + "/k1.file.json": 0o600} {
		info, err := os.Stat(filepath.Join(records.StateDir, name))
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%q: %v, %v", name, info.Mode(), err)
		}
	}
}
