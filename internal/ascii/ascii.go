// Package ascii has the classes of characters of which the names in RFCs, URLs and environments are made.
package ascii

import "strings"

// IsDigit reports whether c is one of 0 to 9.
func IsDigit(c byte) bool { return '0' <= c && c <= '9' }

// IsLetter reports whether c is a letter, of either case.
func IsLetter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }

// IsAlphanumeric reports whether c is a letter or a digit.
func IsAlphanumeric(c byte) bool { return IsDigit(c) || IsLetter(c) }

// IsHex reports whether c is a hexadecimal digit, of either case.
func IsHex(c byte) bool { return IsDigit(c) || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F' }

// Consists reports whether s consists of letters, digits and the characters of others. An empty s does.
func Consists(s, others string) bool {
	for i := range len(s) {
		if !IsAlphanumeric(s[i]) && strings.IndexByte(others, s[i]) < 0 {
			return false
		}
	}
	return true
}
