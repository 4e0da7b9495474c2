package session

import (
	"context"
	"sync"
	"time"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/store"
	"github.com/oauthget/oauthget/internal/token"
)

// Memory keeps the tokens that no store keeps, and for moments those of the keychain, for the sessions of a program that runs for hours. The zero value is ready to use.
type Memory struct {
	mu    sync.Mutex
	sets  map[string]*remembered // by key
	cache *store.Cache
}

// keychain returns the keychain s, asked for what may have changed alone.
func (m *Memory) keychain(s store.Store, stateDir string, now func() time.Time) store.Store {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.cache == nil {
		m.cache = &store.Cache{StateDir: stateDir, Now: now}
	}
	return m.cache.Of(s)
}

// remembered is a token set in memory, and its lock.
type remembered struct {
	store.Memory
	lock chan struct{}
}

func (m *Memory) of(key string, wanted bool) *remembered {
	if m == nil {
		return nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.sets[key] == nil && wanted {
		if m.sets == nil {
			m.sets = map[string]*remembered{}
		}
		m.sets[key] = &remembered{lock: make(chan struct{}, 1)}
	}
	return m.sets[key]
}

// remember puts memory in the place of a store that keeps nothing.
func (s *Session) remember() {
	if s.memory = s.options.Memory.of(s.Key, !s.keeps()); s.memory != nil {
		s.Profile.Store, s.Store = config.StoreNone, s.memory
	}
}

// KeepInMemory has later sessions find set in memory, if the store has not kept it.
func (s *Session) KeepInMemory(ctx context.Context, set token.Set) error {
	if !s.keeps() || !s.lost(ctx, set) {
		return nil
	}
	return s.options.Memory.of(s.Key, true).Save(ctx, s.Key, set)
}

func (r *remembered) acquire(ctx context.Context) (unlock func(), err error) {
	select {
	case r.lock <- struct{}{}:
		return func() { <-r.lock }, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}
