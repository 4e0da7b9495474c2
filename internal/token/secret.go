package token

import (
	"cmp"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"sync"
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

// foldFrom is the length in bytes from which Mask ignores case: header names and host names come back in another one,
// while a short secret would take whole words along.
const foldFrom = 8

// Mask returns text with every occurrence of the secret, as it is, percent-encoded or in base64, taken out of it: a
// server's error description may echo what it was sent.
func (s Secret) Mask(text string) string {
	if s.Empty() {
		return text
	}
	for _, form := range forms(s.Reveal()) {
		text = replace(text, form)
	}
	return text
}

// forms are the ways in which value may come back, the longest first: base64 without its padding is part of that with.
func forms(value string) []string {
	standard, raw := base64.StdEncoding.EncodeToString([]byte(value)), base64.RawStdEncoding.EncodeToString([]byte(value))
	list := []string{
		value, url.QueryEscape(value), url.PathEscape(value),
		standard, raw, url.QueryEscape(standard), url.QueryEscape(raw),
		base64.URLEncoding.EncodeToString([]byte(value)), base64.RawURLEncoding.EncodeToString([]byte(value)),
	}
	slices.SortFunc(list, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	return slices.Compact(list)
}

func replace(text, form string) string {
	if len(form) < foldFrom {
		return strings.ReplaceAll(text, form, redacted)
	}
	// Of ASCII alone: the place of a letter must not move.
	lower, form := asciiLower(text), asciiLower(form)
	var b strings.Builder
	for {
		i := strings.Index(lower, form)
		if i < 0 {
			b.WriteString(text)
			return b.String()
		}
		b.WriteString(text[:i] + redacted)
		text, lower = text[i+len(form):], lower[i+len(form):]
	}
}

func asciiLower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// fingerprintKey is drawn once a process. Without it, whoever reads a trace could try every word as the client secret
// until the fingerprint is right.
var fingerprintKey = sync.OnceValue(func() []byte { return []byte(rand.Text()) })

// Fingerprint names the secret without telling it: its length in bytes and the first 32 bits of an HMAC-SHA-256 of it.
// Within one run of the program the same secret has the same fingerprint, and fingerprints that differ are of secrets
// that differ; from one run to another nothing can be compared.
func (s Secret) Fingerprint() string {
	if s.Empty() {
		return "[empty]"
	}
	mac := hmac.New(sha256.New, fingerprintKey())
	mac.Write([]byte(s.Reveal()))
	return fmt.Sprintf("[%d bytes, hmac %s…]", len(s.Reveal()), hex.EncodeToString(mac.Sum(nil)[:4]))
}

// Format implements [fmt.Formatter], which outranks every other way package fmt could find to the value.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// String implements [fmt.Stringer].
func (s Secret) String() string { return redacted }

// MarshalText keeps the value out of JSON, TOML, log/slog and every other encoder that asks.
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }
