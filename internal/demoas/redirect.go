package demoas

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// CheckRegistration returns an error for a redirect URI that no client may register: besides what none may be at all, plain
// http off loopback (RFC 9700 §2.6, RFC 8252 §8.4).
func CheckRegistration(redirectURI string) error {
	u, err := parseRedirectURI(redirectURI)
	if err != nil {
		return err
	}
	if u.Scheme == "http" && !slices.Contains(loopbackHosts, u.Hostname()) {
		return errors.New("is http and not on loopback")
	}
	return nil
}

// parseRedirectURI returns an error for what no redirect URI may be, registered or not.
func parseRedirectURI(raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return nil, errors.New("not a URI")
	}
	switch {
	// RFC 6749 §3.1.2: "The redirection endpoint URI MUST be an absolute URI".
	case u.Scheme == "":
		return nil, errors.New("not absolute")
	// RFC 6749 §3.1.2: "The endpoint URI MUST NOT include a fragment component."
	case strings.Contains(raw, "#"):
		return nil, errors.New("has a fragment")
	case u.User != nil:
		return nil, errors.New("has a user name")
	case (u.Scheme == "http" || u.Scheme == "https") && u.Host == "":
		return nil, errors.New("has no host")
	case slices.Contains([]string{"javascript", "data", "vbscript", "file", "about", "blob"}, u.Scheme):
		return nil, errors.New("has a scheme that leads to no client")
	}
	return u, nil
}

// redirectURI returns presented as a URL, and whether it is one of the client's redirect URIs.
func (c Client) redirectURI(presented string) (*url.URL, bool) {
	u, err := parseRedirectURI(presented)
	if err != nil {
		return nil, false
	}
	return u, slices.ContainsFunc(c.RedirectURIs, func(registered string) bool {
		// RFC 9700 §2.1: "authorization servers MUST utilize exact string matching except for port numbers in localhost
		// redirection URIs of native apps".
		return registered == presented || sameLoopback(registered, u)
	})
}

var loopbackHosts = []string{"127.0.0.1", "::1", "localhost"}

// sameLoopback reports whether both are the same loopback URI but for the port.
//
// RFC 8252 §7.3: "The authorization server MUST allow any port to be specified at the time of the request for loopback IP
// redirect URIs, to accommodate clients that obtain an available ephemeral port from the operating system at the time of
// the request." The name localhost is "NOT RECOMMENDED" (§8.3), but clients use it.
func sameLoopback(registered string, presented *url.URL) bool {
	r, err := url.Parse(registered)
	if err != nil || r.Scheme != "http" || presented.Scheme != "http" {
		return false
	}
	return slices.Contains(loopbackHosts, r.Hostname()) &&
		r.Hostname() == presented.Hostname() &&
		r.EscapedPath() == presented.EscapedPath() && r.RawQuery == presented.RawQuery
}

// Redirect sends the person back to the client, with the authorization response in the query of the redirect URI.
func Redirect(w http.ResponseWriter, redirectURI *url.URL, response url.Values) {
	target := *redirectURI
	// RFC 6749 §3.1.2: the query of the redirect URI "MUST be retained when adding additional query parameters".
	if target.RawQuery != "" {
		target.RawQuery += "&"
	}
	target.RawQuery += response.Encode()
	w.Header().Set("Location", target.String())
	// RFC 9700 §4.12: servers that redirect after a password was posted "MUST NOT use the HTTP 307 status code", which would
	// have the browser post it to the client as well.
	w.WriteHeader(http.StatusSeeOther)
}

// redirectSource returns the source expression that lets a form of these pages end at the redirect URI: Chromium applies
// form-action to every redirect after a form was posted.
func redirectSource(u *url.URL) string {
	// A host-source cannot be an IPv6 address, and a host with a delimiter in it would end the directive.
	if u.Host == "" || strings.ContainsAny(u.Host, "[];,' ") {
		return u.Scheme + ":"
	}
	return u.Scheme + "://" + u.Host
}
