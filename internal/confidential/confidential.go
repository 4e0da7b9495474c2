// Package confidential says where a secret may be sent: over TLS, or to this machine, which no wire leaves.
//
// "Since requests to the authorization endpoint result in user authentication and the transmission of clear-text
// credentials …, the authorization server MUST require the use of TLS" (RFC 6749 §3.1, and §3.2 for the token
// endpoint); RFC 8252 §8.3 lets a native app use plain http on loopback. There is one answer for the whole program, so
// that what one package lets in is not what another refuses. It deliberately asks no name server.
package confidential

import (
	"net/netip"
	"net/url"
	"strings"
)

// URL reports whether nobody on the way can read or change what is sent to u.
func URL(u *url.URL) bool {
	switch u.Scheme {
	case "https":
		return u.Host != ""
	case "http":
		return Loopback(u.Hostname())
	}
	return false
}

// NamedBy reports whether a URL that server gives out may be gone to. It is one on this machine only where server is here
// too: a distant one cannot know who listens on a port of ours.
func NamedBy(server, u *url.URL) bool {
	return URL(u) && (!Loopback(u.Hostname()) || Loopback(server.Hostname()))
}

// Loopback reports whether host names this machine: a loopback IP literal, or localhost in any case, which "resolve[s]
// to the IP loopback address" (RFC 6761 §6.3).
func Loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}
