// Package store keeps token sets between calls: in the operating system's keychain, in sealed files, or nowhere. It also
// has what keeping them takes: the key of a set, the lock that lets one process refresh for many, the records of what was
// stored, and the directory of all that.
//
// It obtains no tokens: it knows no protocol, no profile and no clock, and it prints nothing. It writes no secret in
// clear, nor into an error.
package store

import (
	"context"
	"errors"

	"github.com/oauthget/oauthget/internal/token"
)

// Store keeps token sets, each under a key made by [Key].
//
// Load takes no lock and may run at the same time as any method. Save and Delete of one key exclude each other: callers
// hold [Lock] for that key. All methods end when ctx does, with an error that wraps ctx.Err(). A keychain that does not
// answer ends them sooner. Every other error but [ErrNotFound] is an [*Error].
type Store interface {
	// Name is the value of --store: "keychain", "file" or "none".
	Name() string

	// Probe returns nil, or why the store cannot be used now. It takes a millisecond or two, asks nobody and starts no
	// service.
	Probe(ctx context.Context) error

	// Unlock makes sure, before a person signs in, that a Save under key will neither ask nor be refused, as far as that can
	// be known. It may ask a person, and start a service.
	Unlock(ctx context.Context, key string) error

	// Load returns ErrNotFound where nothing is stored under key. After any other error something may be stored, so that
	// a new token must not be obtained without saying so. Load removes nothing.
	Load(ctx context.Context, key string) (token.Set, error)

	// Save replaces what is stored under key. When it returns nil, the set has been read back and outlives a crash of
	// the machine. When it fails, what was stored before is still there, unless a keychain that did not answer in time
	// stores the new set later.
	Save(ctx context.Context, key string, set token.Set) error

	// Delete returns nil when nothing is stored under key any more, whether or not something was.
	Delete(ctx context.Context, key string) error
}

// ErrNotFound is returned when nothing is stored under the key.
var ErrNotFound = errors.New("nothing is stored")
