package store

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"

	"github.com/oauthget/oauthget/internal/token"
)

// counting is a store in memory that counts what is loaded.
type counting struct {
	Memory
	loads int
}

func (c *counting) Load(ctx context.Context, key string) (token.Set, error) {
	c.loads++
	return c.Memory.Load(ctx, key)
}

func set(text string) token.Set { return token.Set{AccessToken: token.NewSecret(text)} }

func TestCacheHoldsUntilSomebodyHasTheLock(t *testing.T) {
	ctx, key := t.Context(), Key(Field{Name: "k", Values: []string{"v"}})
	ahead := time.Duration(0)
	cache := &Cache{StateDir: t.TempDir(), Now: func() time.Time { return time.Now().Add(ahead) }}
	under := &counting{}
	s := cache.Of(under)
	expect := func(want string, loads int) {
		t.Helper()
		got, err := s.Load(ctx, key)
		if err != nil || !got.AccessToken.Equal(token.NewSecret(want)) || under.loads != loads {
			t.Errorf("%v after %d loads, want %s after %d", err, under.loads, want, loads)
		}
	}
	lock := func() func() {
		t.Helper()
		unlock, err := Lock(ctx, cache.StateDir, key)
		if err != nil {
			t.Fatal(err)
		}
		return unlock
	}
	// Another process, past the cache.
	change := func(text string) {
		t.Helper()
		unlock := lock()
		if err := under.Save(ctx, key, set(text)); err != nil {
			t.Fatal(err)
		}
		unlock()
	}
	// Nobody ever had the lock: nothing tells of a change.
	if err := under.Save(ctx, key, set("first")); err != nil {
		t.Fatal(err)
	}
	expect("first", 1)
	expect("first", 2)
	change("second")
	expect("second", 3) // a moment ago, so that another change might look the same
	expect("second", 4)
	ahead = time.Hour
	expect("second", 5)
	expect("second", 5)
	ahead += maxAge + time.Second
	expect("second", 6)
	expect("second", 6)

	// While somebody holds the lock, the set may be changed at any time.
	unlock := lock()
	expect("second", 7)
	expect("second", 8)
	if err := under.Save(ctx, key, set("third")); err != nil {
		t.Fatal(err)
	}
	unlock()
	expect("third", 9)
	expect("third", 9)

	// What goes through the cache is known at once.
	if err := s.Save(ctx, key, set("fourth")); err != nil {
		t.Fatal(err)
	}
	expect("fourth", 10)
	if err := s.Delete(ctx, key); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Load(ctx, key); !errors.Is(err, ErrNotFound) {
		t.Errorf("a deleted set: %v", err)
	}
	if err := os.RemoveAll(cache.StateDir); err != nil {
		t.Fatal(err)
	}
}
