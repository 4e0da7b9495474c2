package demoas

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// parseRedirectURI refuses what no redirect URI may be, registered or not.
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
		return nil, errors.New("has a scheme that does not lead to a client")
	}
	return u, nil
}

// redirectURI returns the URI to redirect to, or false where presented is not one of the client's.
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

// sameLoopback compares everything but the port.
//
// RFC 8252 §7.3: "The authorization server MUST allow any port to be specified at the time of the request for loopback IP
// redirect URIs, to accommodate clients that obtain an available ephemeral port from the operating system at the time of
// the request." The name localhost is "NOT RECOMMENDED" there (§8.3), but clients use it.
func sameLoopback(registered string, presented *url.URL) bool {
	r, err := url.Parse(registered)
	if err != nil || r.Scheme != "http" || presented.Scheme != "http" {
		return false
	}
	return slices.Contains(loopbackHosts, r.Hostname()) &&
		r.Hostname() == presented.Hostname() &&
		r.EscapedPath() == presented.EscapedPath() && r.RawQuery == presented.RawQuery
}

// redirect sends the person back to the client with the authorization response, in the response mode it asked for.
func (s *Server) redirect(w http.ResponseWriter, req authorizationRequest, response url.Values) {
	f := s.currentFaults()
	if req.state != "" {
		response.Set("state", req.state)
	}
	if f.WrongState {
		response.Set("state", "not-the-state-of-the-request")
	}
	// RFC 9207 §2: "In authorization responses to the client, including error responses, an authorization server supporting
	// this specification MUST indicate its identity by including the iss parameter in the response."
	response.Set("iss", s.Issuer())
	if f.WrongIss {
		response.Set("iss", attacker)
	}
	if f.OmitIss {
		response.Del("iss")
	}
	if f.ErrorDescription != "" && response.Has("error") {
		response.Set("error_description", f.ErrorDescription)
	}
	s.send(w, req, response)
}

func (s *Server) redirectError(w http.ResponseWriter, req authorizationRequest, e *oauthError) {
	s.redirect(w, req, url.Values{"error": {e.code}, "error_description": {e.description}})
}

// redirectSource is the source expression that lets a form of ours end at the redirect URI: Chromium holds every redirect
// after a form was posted against form-action.
func redirectSource(u *url.URL) string {
	// The grammar of a host-source knows no IPv6 addresses, and a host with a delimiter in it would end the directive.
	if u.Host == "" || strings.ContainsAny(u.Host, "[];,' ") {
		return u.Scheme + ":"
	}
	return u.Scheme + "://" + u.Host
}
