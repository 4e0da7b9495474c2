package store

import (
	"context"

	"github.com/oauthget/oauthget/internal/token"
)

// None is the store of --store none: Save keeps nothing, and Load finds nothing.
type None struct{}

// Name implements [Store].
func (None) Name() string { return "none" }

// Probe implements [Store].
func (None) Probe(context.Context) error { return nil }

// Load implements [Store].
func (None) Load(context.Context, string) (token.Set, error) { return token.Set{}, ErrNotFound }

// Save implements [Store], except that it keeps nothing.
func (None) Save(context.Context, string, token.Set) error { return nil }

// Delete implements [Store].
func (None) Delete(context.Context, string) error { return nil }
