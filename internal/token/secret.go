package token

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"io"
	"net/url"
	"strings"
)

const redacted = "[redacted]"

// Secret is a string that no printing verb, logger or encoder shows. Reveal is the only way out, so that a search for
// it finds every place where a secret leaves the program.
//
// The value stands behind a pointer: package fmt calls no methods on unexported fields and would print a plain string
// inside a larger struct. The zero Secret is empty.
type Secret struct {
	_     [0]func() // == would compare the pointers: it does not compile, Equal does
	value *string
}

// NewSecret wraps value.
func NewSecret(value string) Secret {
	if value == "" {
		return Secret{}
	}
	return Secret{value: &value}
}

// Reveal returns the secret itself.
func (s Secret) Reveal() string {
	if s.value == nil {
		return ""
	}
	return *s.value
}

// Empty reports whether there is no secret.
func (s Secret) Empty() bool { return s.value == nil }

// Equal compares in constant time.
func (s Secret) Equal(other Secret) bool {
	return subtle.ConstantTimeCompare([]byte(s.Reveal()), []byte(other.Reveal())) == 1
}

// Mask returns text with every occurrence of the secret, as it is or percent-encoded, taken out of it: a server's error
// description may echo what it was sent.
func (s Secret) Mask(text string) string {
	if s.Empty() {
		return text
	}
	value := s.Reveal()
	return strings.NewReplacer(value, redacted, url.QueryEscape(value), redacted, url.PathEscape(value), redacted).Replace(text)
}

// Fingerprint names the secret without telling it: its length in bytes and the first 32 bits of its SHA-256. Two
// fingerprints that differ prove that two secrets differ.
func (s Secret) Fingerprint() string {
	if s.Empty() {
		return "[empty]"
	}
	sum := sha256.Sum256([]byte(s.Reveal()))
	return fmt.Sprintf("[%d bytes, sha256 %s…]", len(s.Reveal()), hex.EncodeToString(sum[:4]))
}

// Format implements [fmt.Formatter], which outranks every other way package fmt could find to the value.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// String implements [fmt.Stringer].
func (s Secret) String() string { return redacted }

// MarshalText keeps the value out of JSON, TOML, log/slog and every other encoder that asks.
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }
