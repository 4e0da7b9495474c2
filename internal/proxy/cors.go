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

// ParseOrigin returns an origin as browsers write it (RFC 6454 §6.2): scheme, host and port, without the default port.
func ParseOrigin(text string) (string, error) {
	u, err := url.Parse(strings.ToLower(text))
	switch {
	case err != nil || u.Host == "" || u.Hostname() == "" || strings.Contains(u.Host, "*"):
		return "", errors.New("want an origin such as http://localhost:5173")
	case u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || u.User != nil:
		return "", errors.New("an origin is scheme, host and port without a path")
	// A page that comes over http from another machine may be anybody's.
	case !confidential.URL(u):
		return "", errors.New("an origin must be https, or http on this machine")
	}
	return origin.Of(u), nil
}

const (
	allowOrigin   = "Access-Control-Allow-Origin"
	requestMethod = "Access-Control-Request-Method"
	requestFields = "Access-Control-Request-Headers"
	requestLocal  = "Access-Control-Request-Private-Network"
)

// isPreflight reports whether a browser asks if a page may send a request (Fetch §3.2.2). The proxy answers, since the upstream
// does not know the pages of this machine.
func isPreflight(r *http.Request) bool {
	return r.Method == http.MethodOptions && r.Header.Get("Origin") != "" && r.Header.Get(requestMethod) != ""
}

// answerPreflight allows what a page of an allowed origin asks for. It does not allow credentials: the proxy adds the token, and
// the browser's cookies for this machine are not for the upstream.
func answerPreflight(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set(allowOrigin, r.Header.Get("Origin"))
	h.Set("Access-Control-Allow-Methods", r.Header.Get(requestMethod))
	if fields := r.Header.Get(requestFields); fields != "" {
		h.Set("Access-Control-Allow-Headers", fields)
	}
	if r.Header.Get(requestLocal) == "true" { // for a page of a public site
		h.Set("Access-Control-Allow-Private-Network", "true")
	}
	h.Set("Access-Control-Max-Age", "600")
	h["Vary"] = []string{"Origin, " + requestMethod + ", " + requestFields}
	w.WriteHeader(http.StatusNoContent)
}

// allow replaces the CORS header fields of an answer, which are about the upstream's address, by those of the proxy.
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
