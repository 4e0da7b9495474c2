package store

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oauthget/oauthget/internal/token"
)

// fakeKeyring is a keychain in memory. Each func replaces what a keychain does, unless it is nil.
type fakeKeyring struct {
	mu    sync.Mutex
	items map[string]string

	onProbe  func(ctx context.Context) error
	onGet    func(ctx context.Context, key string) (string, error)
	onSet    func(ctx context.Context, key, item string) error
	onDelete func(ctx context.Context, key string) error
}

// small is the largest item of a fakeKeyring, in bytes.
const small = 512

func newFake(t *testing.T) (*Keychain, *fakeKeyring) {
	t.Helper()
	fake := &fakeKeyring{items: map[string]string{}}
	system := keyring{
		probe: func(ctx context.Context) error {
			if fake.onProbe != nil {
				return fake.onProbe(ctx)
			}
			return nil
		},
		get: func(ctx context.Context, key string) (string, error) {
			if fake.onGet != nil {
				return fake.onGet(ctx, key)
			}
			return fake.get(key)
		},
		set: func(ctx context.Context, key, item string) error {
			if fake.onSet != nil {
				return fake.onSet(ctx, key, item)
			}
			return fake.set(key, item)
		},
		delete: func(ctx context.Context, key string) error {
			if fake.onDelete != nil {
				return fake.onDelete(ctx, key)
			}
			return fake.delete(key)
		},
		maxItem: small,
	}
	return &Keychain{filepath.Join(t.TempDir(), "state"), withLimits(system, time.Second, 2*time.Second)}, fake
}

func (f *fakeKeyring) get(key string) (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	item, ok := f.items[key]
	if !ok {
		return "", ErrNotFound
	}
	return item, nil
}

func (f *fakeKeyring) set(key, item string) error {
	if len(item) > small {
		return errors.New("an item larger than allowed")
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.items[key] = item
	return nil
}

func (f *fakeKeyring) delete(key string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, ok := f.items[key]; !ok {
		return ErrNotFound
	}
	delete(f.items, key)
	return nil
}

// setOf returns a set whose access token has n random bytes.
func setOf(n int) token.Set {
	random := make([]byte, n)
	_, _ = rand.Read(random)
	text := ("canary-" + base64.RawURLEncoding.EncodeToString(random))[:n]
	return token.Set{
		AccessToken: token.NewSecret(text), RefreshToken: token.NewSecret("canary-refresh"),
		Scopes: []string{"a", "b"}, Expiry: time.Unix(1_800_000_000, 0),
	}
}

func mustSave(t *testing.T, s Store, key string, set token.Set) {
	t.Helper()
	if err := s.Save(t.Context(), key, set); err != nil {
		t.Fatalf("Save: %v", err)
	}
}

func wantLoaded(t *testing.T, s Store, key string, want token.Set) {
	t.Helper()
	got, err := s.Load(t.Context(), key)
	if err != nil {
		t.Fatalf("Load: %v", err)
	}
	if d := cmp.Diff(want, got, cmp.Comparer(token.Secret.Equal)); d != "" {
		t.Error(d)
	}
}

// wantReason fails unless err is an Error with the reason, and its text has no secret.
func wantReason(t *testing.T, err error, want Reason) {
	t.Helper()
	failed, ok := errors.AsType[*Error](err)
	if !ok || failed.Reason != want {
		t.Fatalf("error %v (%T), want the reason %q", err, err, want)
	}
	if text := err.Error(); strings.Contains(text, "canary") || strings.ContainsAny(text, "\n\r") {
		t.Errorf("the error tells too much, or in more than one line: %s", text)
	}
}

// sealedFiles returns the names in sealed/.
func sealedFiles(t *testing.T, k *Keychain) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(k.stateDir, sealedDir))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}
