package store

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"github.com/oauthget/oauthget/internal/token"
)

// Cache keeps what was loaded from a store until another process may have changed it, for a program that runs for hours. Whoever
// changes a set holds its lock, and taking that changes the lock's file. What somebody does to the store by other means, such as
// locking the keychain, is noticed after maxAge.
type Cache struct {
	StateDir string
	Now      func() time.Time

	mu   sync.Mutex
	sets map[cacheKey]cached
}

type cacheKey struct{ store, key string }

type cached struct {
	set  token.Set
	lock fs.FileInfo // its file, when nobody held it
	at   time.Time
}

// maxAge is how long a set is kept.
const maxAge = 30 * time.Second

// settling is how old the last change of a lock's file must be: on some file systems two changes in one second look the same.
const settling = 3 * time.Second

// Of returns s with the cache before it.
func (c *Cache) Of(s Store) Store { return &cachedStore{Store: s, cache: c} }

type cachedStore struct {
	Store
	cache *Cache
}

// Load implements [Store].
func (s *cachedStore) Load(ctx context.Context, key string) (token.Set, error) {
	lock, err := s.cache.lock(key)
	if err == nil {
		if set, ok := s.cache.get(cacheKey{s.Name(), key}, lock); ok {
			return set, ctx.Err()
		}
	}
	set, failed := s.Store.Load(ctx, key)
	if failed == nil && err == nil && s.cache.settled(key, lock) {
		s.cache.put(cacheKey{s.Name(), key}, cached{set, lock, s.cache.Now()})
	}
	return set, failed
}

// Save implements [Store].
func (s *cachedStore) Save(ctx context.Context, key string, set token.Set) error {
	defer s.cache.drop(cacheKey{s.Name(), key})
	return s.Store.Save(ctx, key, set)
}

// Delete implements [Store].
func (s *cachedStore) Delete(ctx context.Context, key string) error {
	defer s.cache.drop(cacheKey{s.Name(), key})
	return s.Store.Delete(ctx, key)
}

func (c *Cache) path(key string) string { return filepath.Join(c.StateDir, locksDir, key+lockSuffix) }

func (c *Cache) lock(key string) (fs.FileInfo, error) {
	if err := checkKey(key); err != nil {
		return nil, err
	}
	return os.Lstat(c.path(key))
}

// settled reports whether nobody holds the lock, and nobody has taken it since it was looked at.
func (c *Cache) settled(key string, before fs.FileInfo) bool {
	if c.Now().Sub(before.ModTime()) < settling {
		return false
	}
	held := flock.New(c.path(key), flock.SetFlag(os.O_RDWR|noFollow))
	free, err := held.TryRLock()
	if err = errors.Join(err, held.Close()); err != nil || !free {
		return false
	}
	after, err := c.lock(key)
	return err == nil && same(before, after)
}

func same(a, b fs.FileInfo) bool { return os.SameFile(a, b) && a.ModTime().Equal(b.ModTime()) }

func (c *Cache) get(key cacheKey, lock fs.FileInfo) (token.Set, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	there, ok := c.sets[key]
	if !ok || !same(there.lock, lock) || c.Now().Sub(there.at) > maxAge {
		delete(c.sets, key)
		return token.Set{}, false
	}
	return there.set, true
}

func (c *Cache) put(key cacheKey, entry cached) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.sets == nil {
		c.sets = map[cacheKey]cached{}
	}
	c.sets[key] = entry
}

func (c *Cache) drop(key cacheKey) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.sets, key)
}
