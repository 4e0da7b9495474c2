package demoas

import (
	"net"
	"net/http"
	"net/url"
	"strings"
)

// authorities returns the values of the Host header that the server answers: its issuer's, and the names of the loopback
// interface with its port. A request with another one comes from a web page whose own host name was pointed at this address
// (DNS rebinding). To its browser the answer would be the page's own, so the page could read it: a login, a code, a token.
func authorities(issuer *url.URL) map[string]bool {
	port, isDefault := issuer.Port(), false
	defaultPort := map[string]string{"http": "80", "https": "443"}[issuer.Scheme]
	if port == "" || port == defaultPort {
		port, isDefault = defaultPort, true
	}
	names := map[string]bool{}
	for _, host := range append([]string{strings.ToLower(issuer.Hostname())}, loopbackHosts...) {
		authority := net.JoinHostPort(host, port)
		names[authority] = true
		if isDefault {
			names[strings.TrimSuffix(authority, ":"+port)] = true
		}
	}
	return names
}

// refuseForeignHost answers a request with a Host header that is not in authorities, and reports whether it did.
//
// RFC 9110 §15.5.20: "The 421 (Misdirected Request) status code indicates that the request was directed at a server that is
// unable or unwilling to produce an authoritative response for the target URI."
func (s *Server) refuseForeignHost(w http.ResponseWriter, r *http.Request) bool {
	if s.hosts[strings.ToLower(r.Host)] {
		return false
	}
	http.Error(w, "This server does not answer for that host.", http.StatusMisdirectedRequest)
	return true
}
