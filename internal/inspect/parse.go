package inspect

import (
	"strings"

	"github.com/oauthget/oauthget/internal/hint"
	"github.com/oauthget/oauthget/internal/token"
)

// ParseToken reads a token from text: alone, with its type before it, or as a whole header field. Its errors contain none
// of the text.
func ParseToken(text string) (token.Secret, error) {
	words := strings.Fields(text)
	for _, before := range []string{"Authorization:", "Bearer", "DPoP"} {
		if len(words) > 1 && strings.EqualFold(words[0], before) {
			words = words[1:]
		}
	}
	switch {
	case len(words) == 0:
		return token.Secret{}, hint.Usagef("there is no token on standard input")
	case len(words) > 1:
		return token.Secret{}, hint.Usagef("standard input has several words; a token is one word")
	// RFC 6749 §A.12: "access-token = 1*VSCHAR"
	case strings.ContainsFunc(words[0], func(r rune) bool { return r <= ' ' || r > '~' }):
		return token.Secret{}, hint.Usagef("standard input has a character that no token has")
	}
	return token.NewSecret(words[0]), nil
}
