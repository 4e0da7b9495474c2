package session

import (
	"cmp"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/discovery"
)

// MixUp says why a code could go to the wrong server (RFC 9700 §4.4), and what to do; both are empty if it could not.
//
// A malicious server sends the browser on to an honest one, with the redirect URI of its own login. Where that is
// registered at the honest server too, the code comes back, and goes to the malicious one with the code verifier. It does not
// if the answer names the honest server, or if the redirect URIs differ in more than the port.
func (s *Session) MixUp(m discovery.Metadata) (why, do string) {
	signed := strings.HasSuffix("."+s.Profile.ResponseMode, ".jwt") // names its issuer (JARM §2.1)
	if s.file == nil || s.Profile.Grant != config.GrantAuthorizationCode || m.AuthorizationResponseIssParameterSupported || signed {
		return "", ""
	}
	var shared []string
	for _, name := range s.file.Profiles() {
		o := s.options
		o.OneOfMany = true
		other, _, err := o.resolve(s.file, name, nil)
		if err == nil && name != s.Profile.Name && sharesRedirect(s.Profile, other) {
			shared = append(shared, name)
		}
	}
	own, err := url.Parse(s.Profile.RedirectURI)
	if len(shared) == 0 || err != nil {
		return "", ""
	}
	own = own.JoinPath(cmp.Or(s.Profile.Name, "another"))
	return fmt.Sprintf("the server does not promise to name itself in its answers (RFC 9207), and the redirect URI is also that of profiles of other servers, one of which could get another's code: %s", strings.Join(shared, ", ")),
		"give the profile a path of its own: register it, and set redirect_uri = " + strconv.Quote(own.String())
}

// sharesRedirect reports whether a server could answer b's request at a's redirect URI, and be another than a's. The port does
// not count: many servers ignore it (RFC 8252 §7.3).
func sharesRedirect(a, b config.Profile) bool {
	server := func(p config.Profile) string { return cmp.Or(p.Issuer, p.AuthorizationEndpoint) }
	if b.Grant != config.GrantAuthorizationCode || server(b) == "" || server(a) == server(b) {
		return false
	}
	u, err := url.Parse(a.RedirectURI)
	v, err2 := url.Parse(b.RedirectURI)
	return err == nil && err2 == nil && u.Scheme == v.Scheme && strings.EqualFold(u.Hostname(), v.Hostname()) &&
		cmp.Or(u.EscapedPath(), "/") == cmp.Or(v.EscapedPath(), "/")
}
