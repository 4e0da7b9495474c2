// Package untrusted makes text from other computers safe to show on a terminal.
//
// An error description, a page title or a user name from a server may contain escape sequences, line breaks and
// direction overrides. An error of net/http quotes what it could not read. Either may echo a secret. The package
// imports nothing of ours, and does not quote for shells or HTML.
package untrusted

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxText bounds how much of one server's text is shown, in bytes.
const maxText = 200

// Masker removes a secret from a text. token.Secret is one.
type Masker interface{ Mask(text string) string }

// Text returns s for display: without control characters, direction overrides and invalid UTF-8, with white space
// folded, with echoed secrets masked, and cut at 200 bytes.
func Text(s string, secrets ...Masker) string {
	// The order matters: a control character inside an echoed secret would hide it from the mask, and so would a cut in
	// the middle of it.
	return cut(mask(strip(s), secrets))
}

// Line returns s in one line, stripped as by Text. It is applied to our own sentences last, so that no control
// character reaches a terminal.
func Line(s string) string { return strip(s) }

// Stripped is a [Masker] that strips as Line does.
type Stripped struct{}

// Mask implements [Masker].
func (Stripped) Mask(s string) string { return Line(s) }

// Quote is Text in double quotes, for use inside our own sentences.
func Quote(s string, secrets ...Masker) string {
	return `"` + strings.ReplaceAll(Text(s, secrets...), `"`, `'`) + `"`
}

func strip(s string) string {
	var b strings.Builder
	space := false
	for _, r := range strings.ToValidUTF8(s, "") {
		switch {
		case unicode.IsSpace(r):
			space = b.Len() > 0
		case unicode.IsGraphic(r) && !hidden(r):
			if space {
				b.WriteByte(' ')
				space = false
			}
			b.WriteRune(r)
		}
	}
	return b.String()
}

func cut(s string) string {
	if len(s) <= maxText {
		return s
	}
	end := maxText
	for !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + "…"
}

// hidden reports graphic characters that are invisible: variation selectors, the Braille blank and the Hangul fillers.
// (Direction overrides, zero-width characters and the tag block are format characters, which are not graphic.)
func hidden(r rune) bool {
	return unicode.Is(unicode.Variation_Selector, r) ||
		r == 0x2800 || r == 0x115F || r == 0x1160 || r == 0x3164 || r == 0xFFA0
}
