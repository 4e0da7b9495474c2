// Package shell writes words for a POSIX shell.
package shell

import (
	"strings"

	"github.com/oauthget/oauthget/internal/ascii"
)

// Quote puts s into single quotes, inside of which every character but the single quote is itself.
func Quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// Word writes s as one word, in quotes only where it needs them.
func Word(s string) string {
	if s != "" && ascii.Consists(s, "-_/.+:@%") {
		return s
	}
	return Quote(s)
}
