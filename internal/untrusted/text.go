// Package untrusted makes text that came from somebody else's computer fit to be read on a terminal.
//
// An error description, a page title or a user name from a server may carry escape sequences, line breaks and
// direction overrides; an error of net/http quotes what it could not read; either may echo what it was sent. It deliberately
// imports nothing of ours, and does not quote for shells or HTML: those have their own packages.
package untrusted

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxText is the most that a person is shown of any one text of a server, in bytes.
const maxText = 200

// Masker takes what must not be shown out of a text; token.Secret is one. A server may echo what it was sent.
type Masker interface{ Mask(text string) string }

// Text returns s for a person: stripped of control characters, direction overrides and invalid UTF-8, white space
// folded, masked where it echoes a secret, and cut at 200 bytes.
func Text(s string, secrets ...Masker) string {
	// In this order: a control character in the middle of an echoed secret would hide it from the mask, and half a
	// secret at the cut would not be found any more.
	return cut(mask(strip(s), secrets))
}

// Line returns all of s in one line, stripped as by Text. It is the last door before a terminal, for our own sentences:
// whatever was forgotten on the way, no control character comes through.
func Line(s string) string { return strip(s) }

// Quote is Text in double quotes, the form a server's words take inside our own sentences.
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

// hidden names the graphic characters that nobody sees: variation selectors, the Braille blank and the Hangul fillers.
// (Direction overrides, zero-width characters and the tag block are format characters, which are not graphic.)
func hidden(r rune) bool {
	return unicode.Is(unicode.Variation_Selector, r) ||
		r == 0x2800 || r == 0x115F || r == 0x1160 || r == 0x3164 || r == 0xFFA0
}
