package demoas

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"time"
)

// digest is the SHA-256 of a secret. What was issued is looked up by digest, so that the time a look-up takes tells
// nothing about the secrets themselves.
type digest [sha256.Size]byte

func digestOf(secret string) digest { return sha256.Sum256([]byte(secret)) }

// randomSecret returns prefix and 256 random bits (RFC 6749 §10.10 asks for 128, better 160).
func randomSecret(prefix string) string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails: it ends the program instead
	return prefix + base64.RawURLEncoding.EncodeToString(b[:])
}

// tableSize bounds each table: whoever floods the server loses his oldest entries, not our memory.
const tableSize = 4096

// table remembers values under the digests of secrets for a limited time. Callers hold a lock.
type table[V any] struct {
	now     func() time.Time
	entries map[digest]entry[V]
}

type entry[V any] struct {
	value   V
	expires time.Time
}

func newTable[V any](now func() time.Time) table[V] {
	return table[V]{now: now, entries: map[digest]entry[V]{}}
}

func (t table[V]) put(secret string, value V, lifetime time.Duration) {
	if len(t.entries) >= tableSize {
		t.makeRoom()
	}
	t.entries[digestOf(secret)] = entry[V]{value, t.now().Add(lifetime)}
}

func (t table[V]) get(secret string) (V, bool) {
	e, ok := t.entries[digestOf(secret)]
	if !ok || !t.now().Before(e.expires) {
		var zero V
		return zero, false
	}
	return e.value, true
}

func (t table[V]) remove(secret string) { delete(t.entries, digestOf(secret)) }

// makeRoom drops what has expired, or else the entry that would expire next.
func (t table[V]) makeRoom() {
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
