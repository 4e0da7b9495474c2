package store

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oauthget/oauthget/internal/token"
)

// testdata/stored holds what an earlier version wrote: a state directory, identity files, and keychain items. Later versions
// must read all of it, so these files are never written again.

// storedSet is the set in each of the files.
func storedSet() token.Set {
	return token.Set{
		AccessToken: token.NewSecret("fixture-access"), TokenType: "bearer", RefreshToken: token.NewSecret("fixture-refresh"),
		IDToken: token.NewSecret("fixture-id"), Scopes: []string{"openid", "orders:read"},
		Expiry: time.Unix(1_800_000_000, 0), Obtained: time.Unix(1_700_000_000, 0),
		TokenEndpoint: "https://as.example.com/token", IDTokenExpiry: time.Unix(1_700_003_600, 0),
		Subject: "248289761001", Username: "jane", DPoPKey: token.NewSecret("fixture-dpop-key"),
		AuthorizationDetails: `[{"type":"orders"}]`, IssuedType: "urn:ietf:params:oauth:token-type:access_token",
	}
}

// stored returns a copy of testdata/stored with the modes that it was written with. Git keeps none.
func stored(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "stored")
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("testdata", "stored"))); err != nil {
		t.Fatal(err)
	}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			return os.Chmod(path, 0o700)
		}
		return os.Chmod(path, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestStoredFilesAreStillRead(t *testing.T) {
	dir := stored(t)
	passphrase := token.NewSecret("fixture passphrase")
	for name, o := range map[string]FileOptions{
		"passphrase":             {Passphrase: passphrase},
		"age":                    {IdentityFile: "age.key"},
		"ssh-ed25519":            {IdentityFile: "ssh-ed25519.key"},
		"ssh-ed25519-passphrase": {IdentityFile: "ssh-ed25519-passphrase.key", Passphrase: passphrase},
		"ssh-rsa":                {IdentityFile: "ssh-rsa.key"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o.StateDir = filepath.Join(dir, "state")
			if o.IdentityFile != "" {
				o.IdentityFile = filepath.Join(dir, o.IdentityFile)
			}
			wantLoaded(t, NewFile(o), name, storedSet())
		})
	}
}

// The same sets, in the files that are written now.
func TestFilesOfThisFormAreStillRead(t *testing.T) {
	dir := stored(t)
	passphrase := token.NewSecret("fixture passphrase")
	for name, o := range map[string]FileOptions{
		"passphrase":             {Passphrase: passphrase},
		"age":                    {IdentityFile: "age.key"},
		"ssh-ed25519":            {IdentityFile: "ssh-ed25519.key"},
		"ssh-ed25519-passphrase": {IdentityFile: "ssh-ed25519-passphrase.key", Passphrase: passphrase},
		"ssh-rsa":                {IdentityFile: "ssh-rsa.key"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o.StateDir = filepath.Join(dir, "state-2")
			if o.IdentityFile != "" {
				o.IdentityFile = filepath.Join(dir, o.IdentityFile)
			}
			wantLoaded(t, NewFile(o), name, storedSet())
		})
	}
}

func TestStoredItemsAreStillRead(t *testing.T) {
	dir := stored(t)
	for _, form := range []string{"item-text", "item-binary", "item-sealed"} {
		item, err := os.ReadFile(filepath.Join(dir, form))
		if err != nil {
			t.Fatal(err)
		}
		k, fake := newFake(t)
		k.stateDir = filepath.Join(dir, "state")
		fake.items["fixture"] = string(item)
		wantLoaded(t, k, "fixture", storedSet())
	}
}

func TestStoredRecordIsStillRead(t *testing.T) {
	for dir, in := range map[string]string{"state": "keychain", "state-2": "file"} {
		got, err := Records{filepath.Join(stored(t), dir)}.All()
		if err != nil {
			t.Fatal(err)
		}
		want := []Record{{
			Version: 1, Key: "fixture", Profile: "work", Account: "jane", Issuer: "https://as.example.com",
			TokenEndpoint: "https://as.example.com/token", ClientID: "cli", Store: in,
		}}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
	}
}
