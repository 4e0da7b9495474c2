package demoas

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"time"
)

// digest is the SHA-256 of a secret. Tables are keyed by digests, so that the time of a look-up says nothing about the
// secrets.
type digest [sha256.Size]byte

func digestOf(secret string) digest { return sha256.Sum256([]byte(secret)) }

// NewSecret returns a random secret for a code or a token, with the prefix of the configuration.
func (s *Server) NewSecret() string { return randomSecret(s.config.Prefix) }

// randomSecret returns prefix and 256 random bits. RFC 6749 §10.10 requires 128 and recommends 160.
func randomSecret(prefix string) string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails: it ends the program instead
	return prefix + base64.RawURLEncoding.EncodeToString(b[:])
}

// tableSize is the limit of each table: a flood of requests costs the oldest entries and no memory.
const tableSize = 4096

// Table keeps values under secrets for a limited time. It has no lock of its own.
type Table[V any] struct {
	now     func() time.Time
	entries map[digest]entry[V]
}

type entry[V any] struct {
	value   V
	expires time.Time
}

// NewTable returns an empty table.
func NewTable[V any](now func() time.Time) Table[V] {
	return Table[V]{now: now, entries: map[digest]entry[V]{}}
}

// Put adds or replaces the value under secret.
func (t Table[V]) Put(secret string, value V, lifetime time.Duration) {
	if len(t.entries) >= tableSize {
		t.makeRoom()
	}
	t.entries[digestOf(secret)] = entry[V]{value, t.now().Add(lifetime)}
}

// Get returns the value under secret, unless it has expired.
func (t Table[V]) Get(secret string) (V, bool) {
	e, ok := t.entries[digestOf(secret)]
	if !ok || !t.now().Before(e.expires) {
		var zero V
		return zero, false
	}
	return e.value, true
}

// Remove removes the value under secret.
func (t Table[V]) Remove(secret string) { delete(t.entries, digestOf(secret)) }

// makeRoom drops what has expired, or else the entry that would expire next.
func (t Table[V]) makeRoom() {
	now := t.now()
	var next digest
	var soonest time.Time
	for key, e := range t.entries {
		if !now.Before(e.expires) {
			delete(t.entries, key)
			continue
		}
		if soonest.IsZero() || e.expires.Before(soonest) {
			next, soonest = key, e.expires
		}
	}
	if len(t.entries) >= tableSize {
		delete(t.entries, next)
	}
}
