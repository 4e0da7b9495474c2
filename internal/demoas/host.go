package demoas

import (
	"net"
	"net/http"
	"net/url"
	"strings"
)

// authorities are the values of Host under which the server may be reached: its issuer's, and the names of the loopback
// interface with its port. Under any other name the request came from a page whose own name was pointed at this address
// (DNS rebinding), which could then read every answer as its own: a login, a code, a token.
func authorities(issuer *url.URL) map[string]bool {
	port, isDefault := issuer.Port(), false
	defaultPort := map[string]string{"http": "80", "https": "443"}[issuer.Scheme]
	if port == "" || port == defaultPort {
		port, isDefault = defaultPort, true
	}
	names := map[string]bool{}
	for _, host := range []string{strings.ToLower(issuer.Hostname()), "127.0.0.1", "::1", "localhost"} {
		authority := net.JoinHostPort(host, port)
		names[authority] = true
		if isDefault {
			names[strings.TrimSuffix(authority, ":"+port)] = true
		}
	}
	return names
}

// refuseForeignHost reports whether it has answered: "The 421 (Misdirected Request) status code indicates that the request
// was directed at a server that is unable or unwilling to produce an authoritative response for the target URI." RFC 9110
// §15.5.20
func (s *Server) refuseForeignHost(w http.ResponseWriter, r *http.Request) bool {
	if s.hosts[strings.ToLower(r.Host)] {
		return false
	}
	http.Error(w, "This server is not known by that name.", http.StatusMisdirectedRequest)
	return true
}
