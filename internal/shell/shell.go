// Package shell quotes words for a POSIX shell.
package shell

import (
	"strings"

	"github.com/oauthget/oauthget/internal/ascii"
)

// Quote returns s in single quotes, in which a shell gives no character a meaning.
func Quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// Word returns s as one word of a command line. It is quoted only where it must be.
func Word(s string) string {
	plain := "-_/.+:@%"
	if strings.HasPrefix(s, "--") {
		plain += "=" // elsewhere it may be an assignment
	}
	if s != "" && ascii.Consists(s, plain) {
		return s
	}
	return Quote(s)
}

// Words returns words as a command line.
func Words(words []string) string {
	quoted := make([]string, len(words))
	for i, word := range words {
		quoted[i] = Word(word)
	}
	return strings.Join(quoted, " ")
}
