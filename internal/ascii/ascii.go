// Package ascii has the classes of characters in which the grammars of RFCs are written.
package ascii

import "strings"

type character interface{ byte | rune }

// IsDigit reports whether c is in 0-9.
func IsDigit[C character](c C) bool { return '0' <= c && c <= '9' }

// IsLetter reports whether c is in A-Z or a-z.
func IsLetter[C character](c C) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }

// IsAlphanumeric reports whether c is a letter or a digit.
func IsAlphanumeric[C character](c C) bool { return IsLetter(c) || IsDigit(c) }

// IsHex reports whether c is a hexadecimal digit, in either case.
func IsHex[C character](c C) bool {
	return IsDigit(c) || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

// IsVSCHAR reports whether c may be in a client id, a secret or a token: "VSCHAR = %x20-7E" (RFC 6749 §A).
func IsVSCHAR[C character](c C) bool { return ' ' <= c && c <= '~' }

// IsNQCHAR reports whether c may be in a scope: "NQCHAR = %x21 / %x23-5B / %x5D-7E" (RFC 6749 §A).
func IsNQCHAR[C character](c C) bool { return IsVSCHAR(c) && c != ' ' && c != '"' && c != '\\' }

// IsTchar reports whether c may be in a token of HTTP (RFC 9110 §5.6.2).
func IsTchar[C character](c C) bool {
	return IsAlphanumeric(c) || c <= '~' && strings.IndexByte("!#$%&'*+-.^_`|~", byte(c)) >= 0
}

// Consists reports whether s consists of letters, digits and the characters of others. An empty s does.
func Consists(s, others string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return !IsAlphanumeric(r) && !strings.ContainsRune(others, r) })
}

// All reports whether s is not empty and all of its characters are of a class.
func All(s string, is func(rune) bool) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return !is(r) })
}
