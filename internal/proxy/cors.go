package proxy

import (
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/oauthget/oauthget/internal/confidential"
	"github.com/oauthget/oauthget/internal/origin"
)

// ParseOrigin returns an origin as a browser writes it (RFC 6454 §6.2): scheme, host and port, without that of the scheme.
func ParseOrigin(text string) (string, error) {
	u, err := url.Parse(strings.ToLower(text))
	switch {
	case err != nil || u.Host == "" || u.Hostname() == "" || strings.Contains(u.Host, "*"):
		return "", errors.New("want an origin such as http://localhost:5173")
	case u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || u.User != nil:
		return "", errors.New("an origin is scheme, host and port, and nothing after that")
	// What comes by http from afar may be anybody's page.
	case !confidential.URL(u):
		return "", errors.New("an origin is https, or http of this machine")
	}
	return origin.Of(u), nil
}

const (
	allowOrigin   = "Access-Control-Allow-Origin"
	requestMethod = "Access-Control-Request-Method"
	requestFields = "Access-Control-Request-Headers"
	requestLocal  = "Access-Control-Request-Private-Network"
)

// isPreflight reports whether a browser asks if a page may send a request (Fetch §3.2.2). The upstream is not asked: it
// knows nothing of the pages of this machine.
func isPreflight(r *http.Request) bool {
	return r.Method == http.MethodOptions && r.Header.Get("Origin") != "" && r.Header.Get(requestMethod) != ""
}

// answerPreflight allows what a page asks for whose origin has been allowed. Credentials are not allowed: the token is
// ours to add, and what cookies a browser has of this machine is nobody's business.
func answerPreflight(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set(allowOrigin, r.Header.Get("Origin"))
	h.Set("Access-Control-Allow-Methods", r.Header.Get(requestMethod))
	if fields := r.Header.Get(requestFields); fields != "" {
		h.Set("Access-Control-Allow-Headers", fields)
	}
	if r.Header.Get(requestLocal) == "true" { // a page of a public site asks for an address of this machine
		h.Set("Access-Control-Allow-Private-Network", "true")
	}
	h.Set("Access-Control-Max-Age", "600")
	h["Vary"] = []string{"Origin, " + requestMethod + ", " + requestFields}
	w.WriteHeader(http.StatusNoContent)
}

// allow replaces in an answer what the upstream says of origins, which is about its own address, by what is true of ours.
func (p *Proxy) allow(h http.Header, origin string) {
	maps.DeleteFunc(h, func(name string, _ []string) bool { return strings.HasPrefix(name, "Access-Control-") })
	if len(p.options.Origins) == 0 {
		return
	}
	h.Add("Vary", "Origin")
	if slices.Contains(p.options.Origins, origin) {
		exposed := slices.Sorted(maps.Keys(h))
		h.Set(allowOrigin, origin)
		h.Set("Access-Control-Expose-Headers", strings.Join(exposed, ", "))
	}
}
