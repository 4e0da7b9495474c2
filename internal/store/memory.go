package store

import (
	"context"
	"sync"

	"github.com/oauthget/oauthget/internal/token"
)

// Memory keeps one token set as long as the process lives, whatever the key. A command that runs for hours uses it where no
// other store can be used. It is safe for concurrent use.
type Memory struct {
	mu  sync.Mutex
	set *token.Set
}

// NewMemory returns a Memory that holds set.
func NewMemory(set token.Set) *Memory { return &Memory{set: &set} }

// Name implements [Store].
func (*Memory) Name() string { return "none" }

// Probe implements [Store].
func (*Memory) Probe(context.Context) error { return nil }

// Unlock implements [Store].
func (*Memory) Unlock(context.Context, string) error { return nil }

// Load implements [Store].
func (m *Memory) Load(context.Context, string) (token.Set, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.set == nil {
		return token.Set{}, ErrNotFound
	}
	return *m.set, nil
}

// Save implements [Store], except that nothing outlives the process.
func (m *Memory) Save(_ context.Context, _ string, set token.Set) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.set = &set
	return nil
}

// Delete implements [Store].
func (m *Memory) Delete(context.Context, string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.set = nil
	return nil
}
