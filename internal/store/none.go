package store

import (
	"context"

	"github.com/oauthget/oauthget/internal/token"
)

// Missing is a store that cannot be used: there is no state directory.
type Missing struct {
	Named string // what its name would be
	Err   error  // of [StateDir]
}

// Name implements [Store].
func (m Missing) Name() string { return m.Named }

// Probe implements [Store].
func (m Missing) Probe(context.Context) error { return m.Err }

// Unlock implements [Store].
func (m Missing) Unlock(context.Context, string) error { return m.Err }

// Load implements [Store].
func (m Missing) Load(context.Context, string) (token.Set, error) { return token.Set{}, m.Err }

// Save implements [Store].
func (m Missing) Save(context.Context, string, token.Set) error { return m.Err }

// Delete implements [Store].
func (m Missing) Delete(context.Context, string) error { return m.Err }

// None is the store of --store none: Save keeps nothing, and Load finds nothing.
type None struct{}

// Name implements [Store].
func (None) Name() string { return "none" }

// Probe implements [Store].
func (None) Probe(context.Context) error { return nil }

// Unlock implements [Store].
func (None) Unlock(context.Context, string) error { return nil }

// Load implements [Store].
func (None) Load(context.Context, string) (token.Set, error) { return token.Set{}, ErrNotFound }

// Save implements [Store], except that it keeps nothing.
func (None) Save(context.Context, string, token.Set) error { return nil }

// Delete implements [Store].
func (None) Delete(context.Context, string) error { return nil }
