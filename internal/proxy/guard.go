package proxy

import (
	"crypto/subtle"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/oauthget/oauthget/internal/ascii"
)

// refusal is why a request is not passed on.
type refusal struct {
	status int
	why    string
}

// guard judges who may use the proxy. Whoever can connect to loopback is any user of this machine, and any page in the
// browser of one: the prefix keeps out the first, and Host, Origin and Sec-Fetch-Site the second.
type guard struct {
	prefix  string // with its slash in front; empty for none
	hosts   []string
	origins []string
}

// CheckPrefix reports why s cannot be a prefix: the first segment of a path. With a dot first it could be . or ..
func CheckPrefix(s string) error {
	if s == "" || len(s) > 128 || s[0] == '.' || !ascii.Consists(s, "-._~") {
		return errors.New("it takes letters, digits and - . _ ~, and no slash")
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

// check returns nil where a request may be passed on. The prefix is judged before the origin: who does not know it learns
// nothing.
func (g guard) check(r *http.Request) *refusal {
	_, ours := g.rest(r.URL.EscapedPath())
	switch {
	// A page of a name that its owner has pointed at 127.0.0.1 is of the proxy's own origin to a browser (DNS rebinding).
	case !g.knowsHost(r.Host):
		return &refusal{http.StatusForbidden, "the Host header field names another server than this proxy"}
	// CONNECT and the absolute form (RFC 9112 §3.2.2) are for proxies that go where their user says. This one does not.
	case r.Method == http.MethodConnect || !strings.HasPrefix(r.RequestURI, "/"):
		return &refusal{http.StatusBadRequest, "this is no forward proxy: ask for a path"}
	case !ours:
		return &refusal{http.StatusNotFound, "there is nothing here: the address of this proxy has a path of its own"}
	// RFC 9110 §9.3.8: "A client MUST NOT generate fields in a TRACE request containing sensitive data". What is answered
	// is the request, and the token in it.
	case r.Method == http.MethodTrace || strings.EqualFold(r.Method, "TRACK"):
		return &refusal{http.StatusMethodNotAllowed, "the answer to " + strings.ToUpper(r.Method) + " would show the token"}
	case loops(r):
		return &refusal{http.StatusLoopDetected, "the upstream leads back to this proxy"}
	case climbs(r.URL.Path):
		return &refusal{http.StatusBadRequest, "the path has a segment . or .."}
	}
	return g.checkPage(r)
}

func (g guard) knowsHost(host string) bool {
	return len(g.hosts) == 0 || slices.ContainsFunc(g.hosts, func(h string) bool { return strings.EqualFold(h, host) })
}

// rest returns what follows the prefix in an escaped path, with its slash; false where that is another.
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

// climbs reports whether a path, decoded, leads out of where it is: out of the upstream's own path, once somebody resolves
// it. Clients resolve what they mean before they send it.
func climbs(path string) bool {
	return slices.ContainsFunc(strings.FieldsFunc(path, func(r rune) bool { return r == '/' || r == '\\' }),
		func(segment string) bool { return segment == "." || segment == ".." })
}

// checkPage refuses the pages of other origins. A browser tells of them by Origin where a script asks or a method may
// change something, and by Sec-Fetch-Site (W3C Fetch Metadata) in any case; programs send neither.
func (g guard) checkPage(r *http.Request) *refusal {
	origins := r.Header.Values("Origin")
	switch {
	case len(origins) > 1:
		return &refusal{http.StatusBadRequest, "there is more than one Origin header field"}
	case len(origins) == 1 && !g.knowsOrigin(origins[0], r.Host):
		return &refusal{http.StatusForbidden, "pages of this origin may not use the proxy; --allow-origin lets them"}
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
