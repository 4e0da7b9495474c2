// Package store keeps token sets between calls: in the operating system's keychain, in sealed files, or nowhere. It also holds what
// belongs to keeping them: the key a set is kept under, the lock that makes one refresh of many, the records of what
// was stored, and the directory all of that lives in.
//
// It deliberately obtains nothing: it knows no protocol, no profile file and no clock, and it never prints. No secret
// is ever written in clear, nor into an error.
package store

import (
	"context"
	"errors"

	"github.com/oauthget/oauthget/internal/token"
)

// Store keeps token sets, each under a key made by [Key].
//
// Load takes no lock and may run beside anything. Save and Delete of one key exclude each other: whoever calls them
// holds [Lock] for that key. All methods end when ctx does, with an error that wraps ctx.Err(); a keychain that does
// not answer ends them sooner. Every other error but [ErrNotFound] is an [*Error].
type Store interface {
	// Name is the word of --store: "keychain", "file", "none".
	Name() string

	// Probe returns nil, or why the store cannot be used now. It costs a millisecond or two, never asks a person
	// and never starts a service.
	Probe(ctx context.Context) error

	// Load returns ErrNotFound where nothing is stored under key. Any other error means that something may well be
	// stored: it is no reason to obtain a new token without saying so. Load removes nothing.
	Load(ctx context.Context, key string) (token.Set, error)

	// Save replaces what is stored under key. When it returns nil, the set has been read back and outlives a crash
	// of the machine; when it fails, what was stored before is still there, save where a keychain that did not
	// answer in time stores the new set later.
	Save(ctx context.Context, key string, set token.Set) error

	// Delete returns nil when nothing is stored under key any more, whether or not something was.
	Delete(ctx context.Context, key string) error
}

// ErrNotFound says that nothing is stored under the key.
var ErrNotFound = errors.New("nothing is stored")
