package browser

import (
	"errors"
	"net/url"
	"strings"

	"github.com/oauthget/oauthget/internal/ascii"
)

// Safe returns u in a form that no shell does anything to: an equivalent URL, in which the characters that shells know
// are percent-encoded. It refuses everything but a plain web address: an authorization endpoint comes from a server's
// metadata, and an opener takes more than addresses: files, programs by their scheme (mailto:, ms-msdt:), options of its
// own. Its errors do not contain the URL.
//
// We start no shell, but openers do: some of those for WSL write the URL between the double quotes of a PowerShell
// command, where $(…) runs what is in it, and a URL that is shown gets pasted.
func Safe(u string) (string, error) {
	parsed, err := url.Parse(u)
	switch {
	case err != nil:
		return "", errors.New("the URL cannot be parsed") // the error of url.Parse repeats it
	case parsed.Scheme != "https" && parsed.Scheme != "http":
		return "", errors.New("the URL is not an http or https one")
	case parsed.Hostname() == "":
		return "", errors.New("the URL has no host")
	case parsed.User != nil:
		return "", errors.New("the URL has a user name in it")
	}
	// RFC 3986 §2: what is left out here, such as a quote, a space or a backslash, may not stand in a URL unescaped,
	// and is what command lines are broken with.
	if !ascii.Consists(u, "-._~:/?#[]@!$&'()*+,;=%") {
		return "", errors.New("the URL has a character in it that must be percent-encoded")
	}
	scheme, rest, _ := strings.Cut(u, "://")
	end := len(rest)
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		end = i
	}
	// Names of hosts have none of these characters, and one that is encoded there would be another name.
	if !ascii.Consists(rest[:end], "-._:[]%") {
		return "", errors.New("the URL's host has a character in it that no host's name has")
	}
	return scheme + "://" + rest[:end] + encodeForShells(rest[end:]), nil
}

// encodeForShells percent-encodes, in what follows the host, all but what is a plain character to sh, cmd.exe and
// PowerShell, and the & between a query's parameters, without which they would be one. A % that begins no
// percent-encoded octet could be the one of cmd.exe's %VARIABLE%.
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
