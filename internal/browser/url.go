package browser

import (
	"errors"
	"net/url"
	"strings"

	"github.com/oauthget/oauthget/internal/ascii"
)

// Safe returns an equivalent URL in which the characters that mean something to a shell are percent-encoded. It accepts only
// plain web addresses: the authorization endpoint comes from a server's metadata, and openers accept more than addresses, such
// as files, other programs by their scheme (mailto:, ms-msdt:), and options. Its errors do not contain the URL.
//
// We start no shell, but openers do. Some of those for WSL write the URL between the double quotes of a PowerShell command,
// where $(…) is run, and users paste the URL that they are shown.
func Safe(u string) (string, error) {
	parsed, err := url.Parse(u)
	switch {
	case err != nil:
		return "", errors.New("the URL cannot be parsed") // the error of url.Parse repeats it
	case parsed.Scheme != "https" && parsed.Scheme != "http":
		return "", errors.New("the URL is neither http nor https")
	case parsed.Hostname() == "":
		return "", errors.New("the URL has no host")
	case parsed.User != nil:
		return "", errors.New("the URL contains a user name")
	}
	// RFC 3986 §2 allows no other character in a URL without encoding. Quotes, spaces and backslashes, which break command
	// lines, are among them.
	if !ascii.Consists(u, "-._~:/?#[]@!$&'()*+,;=%") {
		return "", errors.New("the URL contains a character that must be percent-encoded")
	}
	scheme, rest, _ := strings.Cut(u, "://")
	end := len(rest)
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		end = i
	}
	// No host name contains any other character, and an encoded one would be another name.
	if !ascii.Consists(rest[:end], "-._:[]%") {
		return "", errors.New("the URL's host contains an invalid character")
	}
	return scheme + "://" + rest[:end] + encodeForShells(rest[end:]), nil
}

// encodeForShells percent-encodes what follows the host, except plain characters of sh, cmd.exe and PowerShell, and the &
// between the parameters of a query. A % that begins no percent-encoded octet is encoded too: cmd.exe could read it as the
// start of %VARIABLE%.
func encodeForShells(s string) string {
	const hex = "0123456789ABCDEF"
	var safe strings.Builder
	inQuery, inFragment := false, false
	for i, c := range []byte(s) {
		plain := ascii.IsAlphanumeric(c) || strings.IndexByte("-._~:/?#@+=", c) >= 0
		switch {
		case c == '%':
			plain = i+2 < len(s) && ascii.IsHex(s[i+1]) && ascii.IsHex(s[i+2])
		case c == '&':
			plain = inQuery
		case c == '?' && !inFragment:
			inQuery = true
		case c == '#':
			plain = !inFragment
			inQuery, inFragment = false, true
		}
		if plain {
			safe.WriteByte(c)
		} else {
			safe.Write([]byte{'%', hex[c>>4], hex[c&15]})
		}
	}
	return safe.String()
}
