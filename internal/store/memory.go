package store

import (
	"context"
	"sync"

	"github.com/oauthget/oauthget/internal/token"
)

// Memory keeps one token set for as long as the process lives, whatever the key. It is for a command that runs for hours
// where nothing else keeps what a refresh brought. It is safe for concurrent use.
type Memory struct {
	mu  sync.Mutex
	set *token.Set
}

// NewMemory returns one that holds set.
func NewMemory(set token.Set) *Memory { return &Memory{set: &set} }

// Name implements [Store].
func (*Memory) Name() string { return "none" }

// Probe implements [Store].
func (*Memory) Probe(context.Context) error { return nil }

// Load implements [Store].
func (m *Memory) Load(context.Context, string) (token.Set, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.set == nil {
		return token.Set{}, ErrNotFound
	}
	return *m.set, nil
}

// Save implements [Store], but for what it promises of crashes.
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
