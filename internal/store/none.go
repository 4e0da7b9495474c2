package store

import (
	"context"

	"github.com/oauthget/oauthget/internal/token"
)

// None is the store that keeps nothing, for --store none: Save succeeds, and Load never finds anything.
type None struct{}

// Name implements [Store].
func (None) Name() string { return "none" }

// Probe implements [Store].
func (None) Probe(context.Context) error { return nil }

// Load implements [Store].
func (None) Load(context.Context, string) (token.Set, error) { return token.Set{}, ErrNotFound }

// Save implements [Store], but for what it promises of durability: nothing is what was asked for.
func (None) Save(context.Context, string, token.Set) error { return nil }

// Delete implements [Store].
func (None) Delete(context.Context, string) error { return nil }
