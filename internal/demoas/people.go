package demoas

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// DefaultUser is the user that the login page suggests.
const DefaultUser = "ada"

// maxUserName is in bytes.
const maxUserName = 64

// cleanUserName makes a user name of what was typed: trimmed, printable and short. It may be empty.
func cleanUserName(typed string) string {
	name := strings.TrimSpace(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || r == utf8.RuneError {
			return -1
		}
		return r
	}, typed))
	for len(name) > maxUserName {
		_, size := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-size]
	}
	return name
}

// fullName makes up a full name.
func fullName(user string) string {
	if user == DefaultUser {
		return "Ada Lovelace"
	}
	local, _, _ := strings.Cut(user, "@")
	words := strings.FieldsFunc(local, func(r rune) bool { return strings.ContainsRune(" ._-+", r) })
	for i, word := range words {
		first, size := utf8.DecodeRuneInString(word)
		words[i] = string(unicode.ToUpper(first)) + word[size:]
	}
	if len(words) == 0 {
		return user
	}
	return strings.Join(words, " ")
}

// Claims returns sub and the claims that OpenID Connect Core §5.4 assigns to the scopes.
func Claims(user string, scopes []string) map[string]any {
	claims := map[string]any{"sub": subjectOf(user)}
	if slices.Contains(scopes, scopeProfile) {
		claims["name"], claims["preferred_username"] = fullName(user), user
	}
	if slices.Contains(scopes, scopeEmail) {
		claims["email"], claims["email_verified"] = emailOf(user), true
	}
	return claims
}

// subjectOf returns sub: "It MUST NOT exceed 255 ASCII [RFC20] characters in length" (OpenID Connect Core §2), and a user
// name may have any characters.
func subjectOf(user string) string {
	sum := sha256.Sum256([]byte(user))
	return hex.EncodeToString(sum[:8])
}

func emailOf(user string) string {
	if strings.Contains(user, "@") {
		return user
	}
	return strings.ReplaceAll(strings.ToLower(user), " ", ".") + "@example.com"
}
