package token

import (
	"cmp"
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// How long a secret is, in bytes, for its echoes to be masked. A shorter one may be an ordinary word, or part of one.
const (
	MinShown = 6 // in what is shown of an exchange
	MinKept  = 8 // in what is stored, and in claims, which consist of words
)

const (
	// foldFrom is the length in bytes from which Mask ignores case: servers change the case of header and host names.
	// Ignoring the case of a shorter secret would mask ordinary words.
	foldFrom = 8
	// minRun is the length in bytes from which a part of a secret is masked.
	minRun = 12
)

// Mask returns text with every occurrence of the secret replaced, also in percent-encoding, base64 or hexadecimal: an
// error description may repeat what the server was sent. A run of 12 or more characters of the secret, or of one of these
// encodings of it, counts as an occurrence.
func (s Secret) Mask(text string) string {
	if s.Empty() {
		return text
	}
	for _, form := range forms(s.Reveal()) {
		text = replace(text, form)
	}
	if len(text) < minRun {
		return text
	}
	return s.parts().mask(text)
}

// forms returns the encodings of value that are searched for as a whole, the longest first: padded base64 contains the
// unpadded one.
func forms(value string) []string {
	standard, raw := base64.StdEncoding.EncodeToString([]byte(value)), base64.RawStdEncoding.EncodeToString([]byte(value))
	list := []string{
		value, url.QueryEscape(value), url.PathEscape(value), hex.EncodeToString([]byte(value)),
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

// parts finds runs of minRun bytes in the encodings of a secret.
type parts struct {
	text   string   // the encodings in lower case, one after the other
	filter []uint64 // a bit for the hash of each run in text
}

func newParts(value string) *parts {
	var b strings.Builder
	write := func(form string) { b.WriteString(asciiLower(form) + "\n") }
	write(value)
	write(url.QueryEscape(value))
	write(url.PathEscape(value))
	write(hex.EncodeToString([]byte(value)))
	// In base64, a secret looks different after one or two other bytes.
	for before, dropped := range []int{0, 2, 3} {
		padded := []byte(strings.Repeat("\x00", before) + value)
		standard := base64.RawStdEncoding.EncodeToString(padded)[dropped:]
		write(standard)
		write(url.QueryEscape(standard))
		write(base64.RawURLEncoding.EncodeToString(padded)[dropped:])
	}
	p := &parts{text: b.String()}
	size := 1
	for size < len(p.text)/8 { // words of 64 bits, so that 1 bit in 8 is set
		size *= 2
	}
	p.filter = make([]uint64, size)
	eachRun(p.text, func(_ int, hash uint64) { p.filter[hash>>6%uint64(size)] |= 1 << (hash & 63) })
	return p
}

// mask replaces the runs in text.
func (p *parts) mask(text string) string {
	lower := asciiLower(text)
	var b strings.Builder
	done := 0 // of text
	end := 0  // of the run that is open; 0 for none
	start := 0
	flush := func() {
		if end == 0 {
			return
		}
		for !utf8.RuneStart(text[start]) && start > done {
			start--
		}
		for end < len(text) && !utf8.RuneStart(text[end]) {
			end++
		}
		b.WriteString(text[done:start] + redacted)
		done, end = end, 0
	}
	eachRun(lower, func(i int, hash uint64) {
		if p.filter[hash>>6%uint64(len(p.filter))]&(1<<(hash&63)) == 0 || !strings.Contains(p.text, lower[i:i+minRun]) {
			return
		}
		if i > end {
			flush()
			start = i
		}
		end = i + minRun
	})
	flush()
	return b.String() + text[done:]
}

// eachRun calls visit with the offset and the hash of each run of minRun bytes in text.
func eachRun(text string, visit func(i int, hash uint64)) {
	const base = 0x9e3779b97f4a7c15
	power := uint64(1) // base^minRun
	for range minRun {
		power *= base
	}
	var hash uint64
	for i := range len(text) {
		hash = hash*base + uint64(text[i]) + 1
		if i >= minRun {
			hash -= power * (uint64(text[i-minRun]) + 1)
		}
		if i >= minRun-1 {
			visit(i-minRun+1, hash^hash>>32)
		}
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
