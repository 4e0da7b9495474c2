package curl

import (
	"strings"

	"github.com/oauthget/oauthget/internal/ascii"
)

// address is a URL, split.
type address struct {
	scheme string // as written; "" if there is none
	host   string // with port, and brackets around an IPv6 address
	rest   string // path, query and fragment
}

// plain splits a URL whose host every reader finds: no user, no backslash, no glob, one way to write slashes. It is written out
// because a regular expression would be compiled at the start of every command.
func plain(text string) (address, bool) {
	scheme, rest, ok := strings.Cut(text, "://")
	if !ok || !isScheme(scheme) {
		scheme, rest = "", text
	}
	host := rest
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		host = rest[:end]
	}
	a := address{scheme, host, rest[len(host):]}
	return a, isHost(a.host) && !strings.ContainsFunc(a.rest, isControl)
}

// isScheme: "scheme = ALPHA *( ALPHA / DIGIT / "+" / "-" / "." )" RFC 3986 §3.1
func isScheme(s string) bool {
	return s != "" && ascii.IsLetter(s[0]) && ascii.Consists(s, "+-.")
}

// isHost reports whether s is a name or an address, with a port or without.
func isHost(s string) bool {
	if s, ok := strings.CutPrefix(s, "["); ok {
		ip, port, ok := strings.Cut(s, "]")
		return ok && ascii.All(ip, isIPv6) && isPort(port)
	}
	name, port := s, ""
	if colon := strings.IndexByte(s, ':'); colon >= 0 {
		name, port = s[:colon], s[colon:]
	}
	return isName(name) && isPort(port)
}

// isName refuses a name that ends in a dot, which DNS allows: some readers leave the dot out.
func isName(s string) bool {
	return s != "" && ascii.Consists(s, "._-") && ascii.IsAlphanumeric(s[0]) && ascii.IsAlphanumeric(s[len(s)-1])
}

// isPort accepts a colon and a number, or nothing.
func isPort(s string) bool {
	number, ok := strings.CutPrefix(s, ":")
	return s == "" || ok && len(number) <= 5 && ascii.All(number, ascii.IsDigit)
}

func isIPv6(r rune) bool { return ascii.IsHex(r) || r == ':' || r == '.' }

func isControl(r rune) bool { return r <= ' ' || r == 0x7f }
