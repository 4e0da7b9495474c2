package token

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"io"
	"sync"
)

const redacted = "[redacted]"

// Secret is a string that no formatting verb, logger or encoder prints. Reveal is the only way to its value, so a search for
// Reveal finds every place where a secret leaves the program.
//
// The value is behind a pointer: package fmt calls no methods on unexported fields and would print a string inside a larger
// struct. The zero Secret is empty.
type Secret struct {
	_     [0]func() // == would compare pointers, so it does not compile; use Equal
	value *string
	parts func() *parts // of the value, for Mask
}

// NewSecret returns value as a Secret.
func NewSecret(value string) Secret {
	if value == "" {
		return Secret{}
	}
	return Secret{value: &value, parts: sync.OnceValue(func() *parts { return newParts(value) })}
}

// Reveal returns the value.
func (s Secret) Reveal() string {
	if s.value == nil {
		return ""
	}
	return *s.value
}

// Empty reports whether the secret is "".
func (s Secret) Empty() bool { return s.value == nil }

// Len is the length in bytes.
func (s Secret) Len() int { return len(s.Reveal()) }

// Equal reports whether two secrets are equal, in constant time.
func (s Secret) Equal(other Secret) bool {
	return subtle.ConstantTimeCompare([]byte(s.Reveal()), []byte(other.Reveal())) == 1
}

// fingerprintKey is generated once a process. Without a key, a reader of a trace could find a weak client secret by guessing.
var fingerprintKey = sync.OnceValue(func() []byte { return []byte(rand.Text()) })

// Fingerprint identifies the secret without revealing it, by its length in bytes and the first 32 bits of an HMAC-SHA-256. Within
// one run of the program equal secrets have equal fingerprints. Fingerprints of different runs cannot be compared.
func (s Secret) Fingerprint() string {
	if s.Empty() {
		return "[empty]"
	}
	mac := hmac.New(sha256.New, fingerprintKey())
	mac.Write([]byte(s.Reveal()))
	return fmt.Sprintf("[%d bytes, hmac %s…]", s.Len(), hex.EncodeToString(mac.Sum(nil)[:4]))
}

// Format implements [fmt.Formatter], which takes precedence in package fmt.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// String implements [fmt.Stringer].
func (s Secret) String() string { return redacted }

// MarshalText keeps the value out of JSON, TOML, log/slog and other encoders.
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }
