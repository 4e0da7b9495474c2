// Package confidential decides where a secret may be sent: over TLS, or to this machine.
//
// "Since requests to the authorization endpoint result in user authentication and the transmission of clear-text
// credentials …, the authorization server MUST require the use of TLS" (RFC 6749 §3.1, and §3.2 for the token
// endpoint). RFC 8252 §8.3 lets a native app use plain http on loopback. All packages share this one rule. It resolves
// no names.
package confidential

import (
	"context"
	"net"
	"net/netip"
	"net/url"
	"strings"
)

// URL reports whether what is sent to u can be neither read nor changed on the way.
func URL(u *url.URL) bool {
	switch u.Scheme {
	case "https":
		return u.Host != ""
	case "http":
		return Loopback(u.Hostname())
	}
	return false
}

// NamedBy reports whether a URL that server gives out may be visited. A loopback URL is accepted only from a server on
// loopback: a remote server cannot know what listens on a port of this machine.
func NamedBy(server, u *url.URL) bool {
	return URL(u) && (!Loopback(u.Hostname()) || Loopback(server.Hostname()))
}

// Loopback reports whether host is this machine: a loopback IP literal, or localhost in any case, which "resolve[s] to
// the IP loopback address" (RFC 6761 §6.3).
func Loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

// Dial connects as d does, but to localhost on loopback only, whatever a name server says: Loopback takes the name for this
// machine. It is for the DialContext of [http.Transport].
func Dial(d *net.Dialer) func(ctx context.Context, network, address string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		host, port, err := net.SplitHostPort(address)
		if err != nil || !strings.EqualFold(host, "localhost") {
			return d.DialContext(ctx, network, address)
		}
		conn, err := d.DialContext(ctx, network, net.JoinHostPort("127.0.0.1", port))
		if err != nil {
			if conn, err := d.DialContext(ctx, network, net.JoinHostPort("::1", port)); err == nil {
				return conn, nil
			}
		}
		return conn, err
	}
}
