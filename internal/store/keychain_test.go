package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/oauthget/oauthget/internal/token"
)

func TestSetsOfEverySizeComeBack(t *testing.T) {
	for _, n := range []int{1, 100, small - 200, small, small + 1, 4 << 10, 64 << 10, 1 << 20} {
		k, _ := newFake(t)
		want := setOf(n)
		mustSave(t, k, "key", want)
		wantLoaded(t, k, "key", want)
	}
}

func TestOnlyWhatDoesNotFitIsSealedInAFile(t *testing.T) {
	k, fake := newFake(t)
	mustSave(t, k, "key", setOf(100))
	if files := sealedFiles(t, k); files != nil || !strings.HasPrefix(fake.items["key"], itemText) {
		t.Errorf("a small set made the files %v", files)
	}
	mustSave(t, k, "key", setOf(10_000))
	if files := sealedFiles(t, k); len(files) != 1 || !strings.HasPrefix(fake.items["key"], itemSealed) {
		t.Errorf("a large set made the files %v", files)
	}
	mustSave(t, k, "key", setOf(100))
	if files := sealedFiles(t, k); len(files) != 0 {
		t.Errorf("a small set left %v of the large one", files)
	}
}

func TestEachWriteHasAFreshKeyAndName(t *testing.T) {
	k, fake := newFake(t)
	set := setOf(10_000)
	mustSave(t, k, "key", set)
	first, _ := parseItem(fake.items["key"])
	mustSave(t, k, "key", set)
	second, _ := parseItem(fake.items["key"])
	if first.sealed.key == second.sealed.key || first.sealed.id == second.sealed.id {
		t.Error("a second write used the key or the name of the first")
	}
}

func TestNothingIsOnDiskInClearOrForOthers(t *testing.T) {
	k, _ := newFake(t)
	if err := os.MkdirAll(filepath.Join(k.stateDir, sealedDir), 0o755); err != nil {
		t.Fatal(err)
	}
	mustSave(t, k, "key", setOf(10_000))
	err := filepath.WalkDir(k.stateDir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		if d.Type().IsRegular() {
			data, _ := os.ReadFile(path)
			if strings.Contains(string(data), "canary") {
				t.Errorf("%s holds a token in clear", path)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestKeysDoNotSeeEachOther(t *testing.T) {
	k, _ := newFake(t)
	one, two := setOf(10_000), setOf(10_000)
	mustSave(t, k, "key", one)
	mustSave(t, k, "key2", two)
	mustSave(t, k, "key2", two)
	if err := k.Delete(t.Context(), "key2"); err != nil {
		t.Fatal(err)
	}
	wantLoaded(t, k, "key", one)
	if _, err := k.Load(t.Context(), "key2"); err != ErrNotFound {
		t.Errorf("Load after Delete: %v", err)
	}
}

func TestDeleteLeavesNothingAndMayComeTwice(t *testing.T) {
	k, _ := newFake(t)
	mustSave(t, k, "key", setOf(10_000))
	for range 2 {
		if err := k.Delete(t.Context(), "key"); err != nil {
			t.Fatal(err)
		}
	}
	if files := sealedFiles(t, k); len(files) != 0 {
		t.Errorf("Delete left %v", files)
	}
}

// The machine goes down between the sealed file and the item, or while the file is written.
func TestCrashBetweenTheTwoWritesKeepsTheOldSet(t *testing.T) {
	k, fake := newFake(t)
	old := setOf(10_000)
	mustSave(t, k, "key", old)

	fake.onSet = func(context.Context, string, string) error { panic("power cut") }
	wantReason(t, k.Save(t.Context(), "key", setOf(10_000)), Refused)
	half := filepath.Join(k.stateDir, sealedDir, sealedName("key", "HALF")+tmpSuffix)
	if err := os.WriteFile(half, []byte(sealedMagic), 0o600); err != nil {
		t.Fatal(err)
	}
	fake.onSet = nil

	wantLoaded(t, k, "key", old)
	if files := sealedFiles(t, k); len(files) != 3 {
		t.Fatalf("the crash left %v", files)
	}
	mustSave(t, k, "key", setOf(10_000))
	if files := sealedFiles(t, k); len(files) != 1 {
		t.Errorf("a later write left %v", files)
	}
}

func TestOrphansDoNotPileUpWhereTheKeychainRefuses(t *testing.T) {
	k, fake := newFake(t)
	old := setOf(10_000)
	mustSave(t, k, "key", old)
	fake.onSet = func(context.Context, string, string) error { return errors.New("no") }
	for range 5 {
		wantReason(t, k.Save(t.Context(), "key", setOf(10_000)), Refused)
	}
	if files := sealedFiles(t, k); len(files) > 2 {
		t.Errorf("there are %d sealed files", len(files))
	}
	wantLoaded(t, k, "key", old)
}

func TestUnreadableIsNotNotFoundAndRemovesNothing(t *testing.T) {
	damage := map[string]func(t *testing.T, k *Keychain, fake *fakeKeyring, path string){
		"foreign item":  func(_ *testing.T, _ *Keychain, f *fakeKeyring, _ string) { f.items["key"] = "canary-password" },
		"empty item":    func(_ *testing.T, _ *Keychain, f *fakeKeyring, _ string) { f.items["key"] = "" },
		"later version": func(_ *testing.T, _ *Keychain, f *fakeKeyring, _ string) { f.items["key"] = "og2t:canary" },
		"item cut":      func(_ *testing.T, _ *Keychain, f *fakeKeyring, _ string) { f.items["key"] = f.items["key"][:40] },
		"path for an id": func(_ *testing.T, _ *Keychain, f *fakeKeyring, _ string) {
			f.items["key"] = f.items["key"][:49] + "../canary"
		},
		"other item's file": func(_ *testing.T, _ *Keychain, f *fakeKeyring, _ string) { f.items["key"] = f.items["other"] },
		"file gone": func(t *testing.T, _ *Keychain, _ *fakeKeyring, path string) {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
		},
		"file empty": func(t *testing.T, _ *Keychain, _ *fakeKeyring, path string) {
			rewrite(t, path, func([]byte) []byte { return nil })
		},
		"file foreign": func(t *testing.T, _ *Keychain, _ *fakeKeyring, path string) {
			rewrite(t, path, func([]byte) []byte { return []byte("x") })
		},
		"file cut": func(t *testing.T, _ *Keychain, _ *fakeKeyring, path string) {
			rewrite(t, path, func(b []byte) []byte { return b[:len(b)-1] })
		},
		"file extended": func(t *testing.T, _ *Keychain, _ *fakeKeyring, path string) {
			rewrite(t, path, func(b []byte) []byte { return append(b, 0) })
		},
		"bit flipped": func(t *testing.T, _ *Keychain, _ *fakeKeyring, path string) {
			rewrite(t, path, func(b []byte) []byte { b[len(b)/2] ^= 1; return b })
		},
		"item and file of another key": func(t *testing.T, k *Keychain, f *fakeKeyring, path string) {
			other, _ := parseItem(f.items["other"])
			dir := filepath.Join(k.stateDir, sealedDir)
			if err := os.Rename(filepath.Join(dir, sealedName("other", other.sealed.id)), filepath.Join(dir, sealedName("key", other.sealed.id))); err != nil {
				t.Fatal(err)
			}
			f.items["key"] = f.items["other"]
		},
		"file of another key in its place": func(t *testing.T, k *Keychain, f *fakeKeyring, path string) {
			other, _ := parseItem(f.items["other"])
			from := filepath.Join(k.stateDir, sealedDir, sealedName("other", other.sealed.id))
			rewrite(t, path, func([]byte) []byte {
				data, err := os.ReadFile(from)
				if err != nil {
					t.Fatal(err)
				}
				return data
			})
		},
	}
	for name, do := range damage {
		t.Run(name, func(t *testing.T) {
			k, fake := newFake(t)
			mustSave(t, k, "key", setOf(10_000))
			mustSave(t, k, "other", setOf(10_000))
			it, err := parseItem(fake.items["key"])
			if err != nil {
				t.Fatal(err)
			}
			do(t, k, fake, filepath.Join(k.stateDir, sealedDir, sealedName("key", it.sealed.id)))
			items, files := fmt.Sprint(fake.items), fmt.Sprint(sealedFiles(t, k))
			_, err = k.Load(t.Context(), "key")
			wantReason(t, err, Unreadable)
			if items != fmt.Sprint(fake.items) || files != fmt.Sprint(sealedFiles(t, k)) {
				t.Error("Load removed or wrote something")
			}
			want := setOf(10_000)
			mustSave(t, k, "key", want)
			wantLoaded(t, k, "key", want)
		})
	}
}

func rewrite(t *testing.T, path string, change func([]byte) []byte) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, change(data), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestSetThatStoresNothingIsFoundOut(t *testing.T) {
	for name, n := range map[string]int{"inline": 100, "sealed": 10_000} {
		t.Run(name, func(t *testing.T) {
			k, fake := newFake(t)
			fake.onSet = func(context.Context, string, string) error { return nil }
			wantReason(t, k.Save(t.Context(), "key", setOf(n)), Refused)

			fake.onSet = nil
			old := setOf(n)
			mustSave(t, k, "key", old)
			fake.onSet = func(context.Context, string, string) error { return nil }
			wantReason(t, k.Save(t.Context(), "key", setOf(n)), Refused)
			wantLoaded(t, k, "key", old)
		})
	}
}

func TestDeleteThatDeletesNothingIsFoundOut(t *testing.T) {
	k, fake := newFake(t)
	set := setOf(10_000)
	mustSave(t, k, "key", set)
	fake.onDelete = func(context.Context, string) error { return nil }
	wantReason(t, k.Delete(t.Context(), "key"), Refused)
	wantLoaded(t, k, "key", set)
}

func TestErrorOfTheKeychainIsNotNotFound(t *testing.T) {
	k, fake := newFake(t)
	fake.onGet = func(context.Context, string) (string, error) { return "", &Error{Reason: Locked} }
	_, err := k.Load(t.Context(), "key")
	wantReason(t, err, Locked)
	if want := "load token: keychain: locked"; err.Error() != want {
		t.Errorf("error %q, want %q", err, want)
	}
	wantReason(t, k.Save(t.Context(), "key", setOf(10_000)), Locked)
	if files := sealedFiles(t, k); len(files) != 0 {
		t.Errorf("a locked keychain, yet there is %v", files)
	}
}

func TestCallThatHangsEndsInTime(t *testing.T) {
	for name, call := range map[string]func(context.Context, *Keychain) error{
		"load":   func(ctx context.Context, k *Keychain) error { _, err := k.Load(ctx, "key"); return err },
		"save":   func(ctx context.Context, k *Keychain) error { return k.Save(ctx, "key", setOf(100)) },
		"delete": func(ctx context.Context, k *Keychain) error { return k.Delete(ctx, "key") },
		"probe":  func(ctx context.Context, k *Keychain) error { return k.Probe(ctx) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				k, fake := newFake(t)
				dead := make(chan struct{})
				defer close(dead)
				fake.onGet = func(context.Context, string) (string, error) { <-dead; return "", nil }
				fake.onSet = func(context.Context, string, string) error { <-dead; return nil }
				fake.onDelete = func(context.Context, string) error { <-dead; return nil }
				fake.onProbe = func(context.Context) error { <-dead; return nil }
				wantReason(t, call(t.Context(), k), TimedOut)

				ctx, cancel := context.WithCancel(t.Context())
				go cancel()
				if err := call(ctx, k); !errors.Is(err, context.Canceled) {
					t.Errorf("with a context that ends: %v", err)
				}
			})
		})
	}
}

func TestSealedFileOfAWriteThatTimedOutStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k, fake := newFake(t)
		want := setOf(10_000)
		late := make(chan struct{})
		fake.onSet = func(_ context.Context, key, item string) error { <-late; return fake.set(key, item) }
		wantReason(t, k.Save(t.Context(), "key", want), TimedOut)
		close(late)
		synctest.Wait()
		wantLoaded(t, k, "key", want)
	})
}

func TestCallThatPanicsIsAnError(t *testing.T) {
	k, fake := newFake(t)
	fake.onGet = func(context.Context, string) (string, error) {
		var signal *struct{ name string } // as go-keyring does when the bus goes away under a prompt
		return signal.name, nil
	}
	_, err := k.Load(t.Context(), "key")
	wantReason(t, err, Refused)
	fake.onGet = func(context.Context, string) (string, error) { panic("canary-value") }
	_, err = k.Load(t.Context(), "key")
	wantReason(t, err, Refused)
}

// The reader has the old item in hand when a writer switches to the new one and removes the old file.
func TestLoadBesideSaveSeesOneOfTheTwo(t *testing.T) {
	k, fake := newFake(t)
	mustSave(t, k, "key", setOf(10_000))
	want := setOf(10_000)
	fake.onGet = func(_ context.Context, key string) (string, error) {
		item, err := fake.get(key)
		fake.onGet = nil
		mustSave(t, k, key, want)
		return item, err
	}
	wantLoaded(t, k, "key", want)
}

func TestSymbolicLinkForTheSealedDirectoryIsNotFollowed(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("symbolic links need a privilege there")
	}
	k, _ := newFake(t)
	mustSave(t, k, "key", setOf(10_000))
	elsewhere := filepath.Join(t.TempDir(), "elsewhere")
	if err := os.Rename(filepath.Join(k.stateDir, sealedDir), elsewhere); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(elsewhere, filepath.Join(k.stateDir, sealedDir)); err != nil {
		t.Fatal(err)
	}
	before, _ := os.ReadDir(elsewhere)

	_, err := k.Load(t.Context(), "key")
	wantReason(t, err, Unreadable)
	wantReason(t, k.Save(t.Context(), "key", setOf(10_000)), StateDirBad)
	mustSave(t, k, "key", setOf(100)) // needs no file
	if after, _ := os.ReadDir(elsewhere); fmt.Sprint(before) != fmt.Sprint(after) {
		t.Errorf("behind the link there were %v and now are %v", before, after)
	}
}

func TestSetTooLargeIsRefusedBeforeAnythingIsWritten(t *testing.T) {
	k, fake := newFake(t)
	set := token.Set{AccessToken: token.NewSecret(strings.Repeat("canary", maxSet/6))}
	wantReason(t, k.Save(t.Context(), "key", set), TooLarge)
	if len(fake.items) > 0 || len(sealedFiles(t, k)) > 0 {
		t.Error("something was written")
	}
}

func TestNoneKeepsNothing(t *testing.T) {
	var s Store = None{}
	if err := errors.Join(s.Probe(t.Context()), s.Save(t.Context(), "key", token.Set{}), s.Delete(t.Context(), "key")); err != nil {
		t.Error(err)
	}
	if _, err := s.Load(t.Context(), "key"); err != ErrNotFound {
		t.Errorf("Load: %v", err)
	}
}

func TestSecretIsNoTokenItem(t *testing.T) {
	k, fake := newFake(t)
	key := Key(Field{Name: "profile", Values: []string{"other"}})
	if err := k.Save(t.Context(), key, setOf(40)); err != nil {
		t.Fatal(err)
	}
	fake.items["copy"] = fake.items[key]
	fake.items["future"] = "og2x:canary"
	fake.items["mine"] = "canary-secret"
	fake.items["cafe"] = "og"
	for _, name := range []string{key, strings.ToUpper(key), "copy", "future"} {
		if got, err := k.Secret(t.Context(), name); got != "" || !errors.Is(err, errOurItem) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	for name, want := range map[string]string{"mine": "canary-secret", "cafe": "og"} {
		if got, err := k.Secret(t.Context(), name); err != nil || got != want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}
