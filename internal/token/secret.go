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

// Secret is a string that no formatting verb, logger or encoder prints. Reveal is the only way to its value, so a search for
// Reveal finds every place where a secret leaves the program.
//
// The value is behind a pointer: package fmt calls no methods on unexported fields and would print a string inside a larger
// struct. The zero Secret is empty.
type Secret struct {
	_     [0]func() // == would compare pointers, so it does not compile; use Equal
	value *string
}

// NewSecret returns value as a Secret.
func NewSecret(value string) Secret {
	if value == "" {
		return Secret{}
	}
	return Secret{value: &value}
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

// Equal reports whether two secrets are equal, in constant time.
func (s Secret) Equal(other Secret) bool {
	return subtle.ConstantTimeCompare([]byte(s.Reveal()), []byte(other.Reveal())) == 1
}

// foldFrom is the length in bytes from which Mask ignores case: servers change the case of header and host names. Ignoring the
// case of a shorter secret would mask ordinary words.
const foldFrom = 8

// Mask returns text with every occurrence of the secret replaced, also in percent-encoding or base64: an error description may
// repeat what the server was sent.
func (s Secret) Mask(text string) string {
	if s.Empty() {
		return text
	}
	for _, form := range forms(s.Reveal()) {
		text = replace(text, form)
	}
	return text
}

// forms returns the encodings of value that are searched for, the longest first: padded base64 contains the unpadded one.
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
	// Only ASCII is folded: offsets must not change.
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
	return fmt.Sprintf("[%d bytes, hmac %s…]", len(s.Reveal()), hex.EncodeToString(mac.Sum(nil)[:4]))
}

// Format implements [fmt.Formatter], which takes precedence in package fmt.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// String implements [fmt.Stringer].
func (s Secret) String() string { return redacted }

// MarshalText keeps the value out of JSON, TOML, log/slog and other encoders.
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }
