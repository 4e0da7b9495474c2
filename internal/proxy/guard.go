package proxy

import (
	"crypto/subtle"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/oauthget/oauthget/internal/ascii"
)

// refusal is the reason why a request is not passed on.
type refusal struct {
	status int
	why    string
}

// guard decides who may use the proxy. Every user of this machine and every page in a browser on it can connect to loopback. The
// prefix keeps out the users, and Host, Origin and Sec-Fetch-Site the pages.
type guard struct {
	prefix  string // with its slash in front; empty for none
	hosts   []string
	origins []string
}

// CheckPrefix returns an error if s cannot be the first segment of a path. A dot at the beginning is refused, since it could be
// . or ..
func CheckPrefix(s string) error {
	if s == "" || len(s) > 128 || s[0] == '.' || !ascii.Consists(s, "-._~") {
		return errors.New("use letters, digits and - . _ ~, and no slash")
	}
	return nil
}

func newGuard(o Options) guard {
	g := guard{hosts: o.Hosts, origins: o.Origins}
	if o.Prefix != "" {
		g.prefix = "/" + o.Prefix
	}
	return g
}

// check returns nil if the request may be passed on. It checks the prefix before the origin, so that a caller without it learns
// nothing.
func (g guard) check(r *http.Request) *refusal {
	_, ours := g.rest(r.URL.EscapedPath())
	switch {
	// If a page's host name is pointed at 127.0.0.1, it has the proxy's origin to a browser (DNS rebinding).
	case !g.knowsHost(r.Host):
		return &refusal{http.StatusForbidden, "the Host header field does not name this proxy"}
	// CONNECT and the absolute form (RFC 9112 §3.2.2) are for forward proxies.
	case r.Method == http.MethodConnect || !strings.HasPrefix(r.RequestURI, "/"):
		return &refusal{http.StatusBadRequest, "this is not a forward proxy: send a path"}
	case !ours:
		return &refusal{http.StatusNotFound, "not found: the address of this proxy begins with a secret path"}
	// RFC 9110 §9.3.8: "A client MUST NOT generate fields in a TRACE request containing sensitive data". The answer
	// contains the request, and so the token.
	case r.Method == http.MethodTrace || strings.EqualFold(r.Method, "TRACK"):
		return &refusal{http.StatusMethodNotAllowed, "the answer to " + strings.ToUpper(r.Method) + " would show the token"}
	case loops(r):
		return &refusal{http.StatusLoopDetected, "the upstream sends the request back to this proxy"}
	case climbs(r.URL.Path):
		return &refusal{http.StatusBadRequest, "the path has a segment . or .."}
	}
	return g.checkPage(r)
}

func (g guard) knowsHost(host string) bool {
	return len(g.hosts) == 0 || slices.ContainsFunc(g.hosts, func(h string) bool { return strings.EqualFold(h, host) })
}

// rest returns an escaped path without the prefix, and whether it has the prefix.
func (g guard) rest(path string) (string, bool) {
	if g.prefix == "" {
		return path, true
	}
	if len(path) < len(g.prefix) || subtle.ConstantTimeCompare([]byte(path[:len(g.prefix)]), []byte(g.prefix)) != 1 {
		return "", false
	}
	rest := path[len(g.prefix):]
	return rest, rest == "" || rest[0] == '/'
}

// climbs reports whether a decoded path has a segment . or .., with which it could leave the upstream's path. Clients resolve such
// segments before they send a path.
func climbs(path string) bool {
	return slices.ContainsFunc(strings.FieldsFunc(path, func(r rune) bool { return r == '/' || r == '\\' }),
		func(segment string) bool { return segment == "." || segment == ".." })
}

// checkPage refuses pages of other origins. Browsers send Origin with requests of scripts and with methods that may change
// something, and Sec-Fetch-Site (W3C Fetch Metadata) with all. Programs send neither.
func (g guard) checkPage(r *http.Request) *refusal {
	origins := r.Header.Values("Origin")
	switch {
	case len(origins) > 1:
		return &refusal{http.StatusBadRequest, "there is more than one Origin header field"}
	case len(origins) == 1 && !g.knowsOrigin(origins[0], r.Host):
		return &refusal{http.StatusForbidden, "pages of this origin may not use the proxy; --allow-origin allows it"}
	case len(origins) == 1:
		return nil
	}
	for _, site := range r.Header.Values("Sec-Fetch-Site") {
		// "same-site" is any other port of localhost.
		if site != "same-origin" && site != "none" {
			return &refusal{http.StatusForbidden, "a page of another origin may not use the proxy"}
		}
	}
	return nil
}

func (g guard) knowsOrigin(origin, host string) bool {
	return strings.EqualFold(origin, "http://"+host) || slices.Contains(g.origins, origin)
}
