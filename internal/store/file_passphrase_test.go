package store

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/oauthget/oauthget/internal/token"
)

// forgetPassphrase has every further scrypt of f derive the wrong key.
func forgetPassphrase(t *testing.T, f *File) {
	t.Helper()
	f.opener.passphrase.secret = token.NewSecret("forgotten")
}

func tokenFile(t *testing.T, f *File, key string) []byte {
	t.Helper()
	data, err := os.ReadFile(tokenPath(f, key))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestPassphraseIsNeededOnceAProcess(t *testing.T) {
	f := withPassphrase(t, "", "right")
	if err := f.Unlock(t.Context(), "key"); err != nil {
		t.Fatal(err)
	}
	forgetPassphrase(t, f)
	mustSave(t, f, "key", setOf(10))
	mustSave(t, f, "other", setOf(10))

	next := again(t, f)
	wantLoaded2(t, next, "key")
	forgetPassphrase(t, next)
	want := setOf(20)
	mustSave(t, f, "key", want) // another process
	wantLoaded(t, next, "key", want)
	mustSave(t, next, "key", setOf(30))
	wantLoaded2(t, next, "other")
	mustSave(t, next, "third", setOf(30))
}

func TestFilesOfOnePassphraseShareAnIdentity(t *testing.T) {
	f := withPassphrase(t, "", "right")
	mustSave(t, f, "key", setOf(10))
	mustSave(t, again(t, f), "other", setOf(10))
	one, other := identityOf(tokenFile(t, f, "key")), identityOf(tokenFile(t, f, "other"))
	if one == nil || !bytes.Equal(one, other) {
		t.Errorf("%q\n%q", one, other)
	}
}

func TestEachFileMayHaveItsOwnPassphrase(t *testing.T) {
	f := withPassphrase(t, "", "right")
	mustSave(t, f, "key", setOf(10))
	other := withPassphrase(t, f.options.StateDir, "another")
	want := setOf(20)
	mustSave(t, other, "other", want)
	wantLoaded(t, again(t, other), "other", want)
	_, err := again(t, f).Load(t.Context(), "other")
	wantReason(t, err, WrongPassphrase)
	wantLoaded2(t, again(t, f), "key")
	if bytes.Equal(identityOf(tokenFile(t, f, "key")), identityOf(tokenFile(t, f, "other"))) {
		t.Error("two passphrases share an identity")
	}
}

func TestPersonIsAskedAgainForAFileOfAnotherPassphrase(t *testing.T) {
	f := withPassphrase(t, "", "one")
	mustSave(t, f, "key", setOf(10))
	mustSave(t, withPassphrase(t, f.options.StateDir, "two"), "other", setOf(10))
	p := &typist{answers: []string{"one", "two"}}
	both := fileStore(t, FileOptions{StateDir: f.options.StateDir, Ask: p.ask})
	wantLoaded2(t, both, "key")
	wantLoaded2(t, both, "other")
	mustSave(t, both, "key", setOf(20)) // with the passphrase that it had
	wantLoaded2(t, again(t, f), "key")
	if len(p.prompts) != 2 {
		t.Errorf("asked %q", p.prompts)
	}
	p.answers = []string{"one", "wrong"}
	both = fileStore(t, both.options)
	wantLoaded2(t, both, "key")
	_, err := both.Load(t.Context(), "other")
	wantReason(t, err, WrongPassphrase)
	if len(p.prompts) != 4 {
		t.Errorf("asked %q", p.prompts)
	}
}

// The identity in a file's header is of no use without its passphrase, and another one in its place opens nothing.
func TestForeignIdentityInTheHeaderIsRefused(t *testing.T) {
	f := withPassphrase(t, "", "right")
	mustSave(t, f, "key", setOf(10))
	theirs := withPassphrase(t, "", "theirs")
	mustSave(t, theirs, "key", setOf(10))
	if err := os.WriteFile(tokenPath(f, "key"), tokenFile(t, theirs, "key"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := again(t, f).Load(t.Context(), "key")
	wantReason(t, err, WrongPassphrase)
}

func TestFileOfAnEarlierVersionIsSealedAnewWhenItIsWritten(t *testing.T) {
	dir := stored(t)
	passphrase := token.NewSecret("fixture passphrase")
	for name, o := range map[string]FileOptions{
		"passphrase":  {Passphrase: passphrase},
		"age":         {IdentityFile: filepath.Join(dir, "age.key")},
		"ssh-ed25519": {IdentityFile: filepath.Join(dir, "ssh-ed25519.key")},
	} {
		o.StateDir = filepath.Join(dir, "state")
		f := fileStore(t, o)
		earlier := filepath.Join(o.StateDir, tokensDir, earlierTokenName(name))
		data, err := os.ReadFile(earlier)
		if err != nil {
			t.Fatal(err)
		}
		want := setOf(10)
		mustSave(t, f, name, want)
		if _, err := os.Stat(earlier); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: the file of an earlier version stays: %v", name, err)
		}
		wantLoaded(t, again(t, f), name, want)

		// One that is put back counts as long as there is no present one.
		if err := os.WriteFile(earlier, data, 0o600); err != nil {
			t.Fatal(err)
		}
		wantLoaded(t, again(t, f), name, want)
		if err := os.WriteFile(tokenPath(f, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err = again(t, f).Load(t.Context(), name)
		wantReason(t, err, Unreadable)
		if err := f.Delete(t.Context(), name); err != nil {
			t.Fatal(err)
		}
		if _, err := again(t, f).Load(t.Context(), name); !errors.Is(err, ErrNotFound) {
			t.Errorf("%s: after the delete: %v", name, err)
		}
	}
}
