package remedy

import (
	"cmp"
	"errors"
	"net"
	"net/url"
	"strconv"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/flow"
)

// Registration says what to compare if the server shows a page with an error instead of sending the browser back. sent is
// the redirect URI with the port of this login.
func Registration(p config.Profile, sent string) string {
	text := "if the server's page shows an error, compare client_id " + p.ClientID + " and the redirect URI " + sent +
		" with the client's registration at " + cmp.Or(p.Issuer, p.AuthorizationEndpoint)
	if hint := portHint(p); hint != "" {
		text += "; " + hint
	}
	return text
}

// unansweredHints are about a request that the browser took to the server, and of which it never came back.
func (f failure) unansweredHints() []string {
	if e, ok := errors.AsType[*flow.UnansweredError](f.err); ok {
		return append(f.forgottenHints(), Registration(f.profile, e.RedirectURI))
	}
	return nil
}

// portHint is about servers that compare the port of a redirect URI, although RFC 8252 §7.3 has them accept any; empty if
// the profile has a port already.
func portHint(p config.Profile) string {
	u, err := url.Parse(p.RedirectURI)
	if err != nil || u.Scheme != "http" || u.Port() != "" || u.Hostname() == "" || len(p.RedirectPorts) > 0 || p.ListenAddress != "" {
		return ""
	}
	u.Host = net.JoinHostPort(u.Hostname(), "8400")
	return "some servers compare the port: register one and set redirect_uri = " + strconv.Quote(u.String())
}
