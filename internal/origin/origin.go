// Package origin compares URLs by scheme, host and port (RFC 6454 §4).
package origin

import (
	"net"
	"net/url"
	"strings"
)

// DefaultPort returns the port of a scheme's URLs that name none. It is empty for an unknown scheme.
func DefaultPort(scheme string) string {
	switch scheme {
	case "http":
		return "80"
	case "https":
		return "443"
	}
	return ""
}

// Port returns the port that u leads to. It is empty where u names none and its scheme is unknown.
func Port(u *url.URL) string {
	if port := u.Port(); port != "" {
		return port
	}
	return DefaultPort(u.Scheme)
}

// Address returns host and port of u, as [net.Dial] takes them.
func Address(u *url.URL) string { return net.JoinHostPort(u.Hostname(), Port(u)) }

// Of returns scheme, host and port of u as browsers write them: in lower case, without the scheme's own port.
func Of(u *url.URL) string {
	host := strings.TrimSuffix(strings.ToLower(u.Host), ":")
	if port := DefaultPort(u.Scheme); port != "" {
		host = strings.TrimSuffix(host, ":"+port)
	}
	return u.Scheme + "://" + host
}

// Same reports whether a and b have the same origin.
func Same(a, b *url.URL) bool { return Of(a) == Of(b) }

// SameText is Same for the texts of URLs. What is no URL has no origin.
func SameText(a, b string) bool {
	u, err1 := url.Parse(a)
	v, err2 := url.Parse(b)
	return err1 == nil && err2 == nil && Same(u, v)
}

// Covers reports whether a token for resource may be sent to target: resource is its URL, or a prefix of it by whole path
// segments on the same origin. A final slash, a default port and the query make no difference.
func Covers(resource string, target *url.URL) bool {
	r, err := url.Parse(resource)
	if err != nil || r.Host == "" || r.User != nil || r.Fragment != "" || !Same(r, target) {
		return false
	}
	prefix := strings.TrimSuffix(r.EscapedPath(), "/")
	path := target.EscapedPath()
	for segment := range strings.SplitSeq(path, "/") {
		if decoded, err := url.PathUnescape(segment); err != nil || decoded == "." || decoded == ".." {
			return false // another reader may resolve it
		}
	}
	return path == prefix || strings.HasPrefix(path, prefix+"/")
}
