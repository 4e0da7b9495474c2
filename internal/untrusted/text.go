// Package untrusted makes text that came from somebody else's computer fit to be read on a terminal.
//
// An error description, a page title or a user name from a server may carry escape sequences, line breaks, direction
// overrides or a secret it was sent. It deliberately does not quote for shells, HTML or JSON: those have their own
// packages.
package untrusted

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/oauthget/oauthget/internal/token"
)

// maxText is the most that a person is shown of any one text of a server, in bytes.
const maxText = 200

// Text returns s for a person: masked where it echoes one of secrets, stripped of control characters, direction
// overrides and invalid UTF-8, and cut at 200 bytes.
func Text(s string, secrets ...token.Secret) string {
	for _, secret := range secrets {
		if v := secret.Reveal(); v != "" {
			s = strings.ReplaceAll(s, v, "[redacted]")
		}
	}
	var b strings.Builder
	space := false
	for i, r := range s {
		if r == utf8.RuneError && !strings.HasPrefix(s[i:], "\uFFFD") {
			continue // an invalid byte
		}
		if unicode.IsSpace(r) {
			space = b.Len() > 0
			continue
		}
		if !unicode.IsGraphic(r) || hidden(r) {
			continue
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		if b.Len()+utf8.RuneLen(r) > maxText {
			return b.String() + "…"
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Quote is Text in double quotes, the form a server's words take inside our own sentences.
func Quote(s string, secrets ...token.Secret) string {
	return `"` + strings.ReplaceAll(Text(s, secrets...), `"`, `'`) + `"`
}

// hidden names the graphic characters that make the text around them read as something else: the Braille blank and
// the Hangul fillers look like nothing, and the tag block hides ASCII.
func hidden(r rune) bool {
	return unicode.In(r, unicode.Bidi_Control, unicode.Variation_Selector) ||
		r == 0x2800 || r == 0x115F || r == 0x1160 || r == 0x3164 || r == 0xFFA0 || 0xE0000 <= r && r <= 0xE007F
}
