package doctor

import (
	"net/url"
	"strings"

	"github.com/oauthget/oauthget/internal/config"
)

// rule is what a server is known to accept as a redirect URI, beyond what it publishes.
type rule struct {
	host  string // of the issuer or the authorization endpoint, or the end of it behind a dot
	fits  func(redirect *url.URL) bool
	says  string
	do    string
	fatal bool
}

// rules come from the documentation of the servers.
func rules() []rule {
	hasPort := func(u *url.URL) bool { return u.Port() != "" }
	isLocalhost := func(u *url.URL) bool { return u.Hostname() == "localhost" }
	not := func(f func(*url.URL) bool) func(*url.URL) bool { return func(u *url.URL) bool { return !f(u) } }
	const exact = "this server compares the redirect URI with its port"
	const giveAPort = "register a redirect URI with a port, and set redirect_uri to it"
	return []rule{
		{"login.microsoftonline.com", isLocalhost, "Microsoft's portal does not accept 127.0.0.1 and [::1]; with http://localhost it accepts any port", `register and set redirect_uri = "http://localhost/callback"`, false},
		{"accounts.spotify.com", not(isLocalhost), "Spotify refuses localhost", `register and set redirect_uri = "http://127.0.0.1/callback"`, true},
		{"okta.com", hasPort, exact, giveAPort, false},
		{"oktapreview.com", hasPort, exact, giveAPort, false},
		{"x.com", func(u *url.URL) bool { return isLocalhost(u) && hasPort(u) }, "X wants localhost, with its port", `register and set redirect_uri = "http://localhost:8400/callback"`, false},
	}
}

// Redirect judges the redirect URI by what the server is known to accept.
func Redirect(p config.Profile) []Finding {
	const check = "redirect uri"
	redirect, err := url.Parse(p.RedirectURI)
	if err != nil || p.Grant != config.GrantAuthorizationCode {
		return nil
	}
	for _, r := range rules() {
		if !at(p.Issuer, r.host) && !at(p.AuthorizationEndpoint, r.host) || r.fits(redirect) || len(p.RedirectPorts) > 0 {
			continue
		}
		if r.fatal {
			return []Finding{fail(check, r.says, r.do)}
		}
		return []Finding{warn(check, r.says, r.do)}
	}
	if redirect.Port() == "" && len(p.RedirectPorts) == 0 {
		// RFC 8252 §7.3 has servers accept any port. Some compare it all the same, and none publishes that.
		return []Finding{ok(check, p.RedirectURI+", with a free port; not checked: only the server knows whether it is registered, and whether the port is compared")}
	}
	return []Finding{ok(check, p.RedirectURI+"; not checked: only the server knows whether it is registered")}
}

func at(server, host string) bool {
	u, err := url.Parse(server)
	return err == nil && (u.Hostname() == host || strings.HasSuffix(u.Hostname(), "."+host))
}
