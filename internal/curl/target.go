package curl

import (
	"cmp"
	"errors"
	"net/netip"
	"net/url"
	"strings"
)

// Targets returns each URL that curl will request, in order. Its path is empty if curl would change it. A URL in which two readers could find different
// hosts is an error: curl is one of them, this function the other.
func (c Command) Targets() ([]*url.URL, error) {
	scheme := "http" // curl's own default
	if given := c.values("proto-default"); len(given) > 0 {
		scheme = given[len(given)-1]
	}
	var all []*url.URL
	for _, text := range c.values(urlOption) {
		u, err := target(text, scheme)
		if err != nil {
			return nil, err
		}
		if !c.globs() && len(c.values("request-target")) == 0 {
			setPath(u, text)
		}
		all = append(all, u)
	}
	return all, nil
}

// setPath sets path and query of u as they stand in text. It reports false, and sets none, if curl would change the path.
func setPath(u *url.URL, text string) bool {
	parts, _ := plain(text)
	rest, _, _ := strings.Cut(parts.rest, "#")
	path, query, _ := strings.Cut(rest, "?")
	full := *u
	var err error
	full.RawQuery, full.RawPath = query, path
	if full.Path, err = url.PathUnescape(path); err != nil || full.EscapedPath() != path || hasDots(path) {
		return false
	}
	*u = full
	return true
}

// target returns the exact URL of the one request that curl will send. A signature for any other would be worthless.
func (c Command) target() (*url.URL, error) {
	targets, err := c.Targets()
	switch {
	case err != nil:
		return nil, err
	case len(targets) != 1 || c.globs():
		return nil, errors.New("a signature is for one URL, and there are several")
	case len(c.values("request-target")) > 0:
		return nil, errors.New("a signature is for the URL, and --request-target replaces it")
	}
	if !setPath(targets[0], c.values(urlOption)[0]) {
		return nil, errors.New("a signature is for the URL as sent, and curl would change the path of this one")
	}
	return targets[0], nil
}

// hasDots reports whether a path has segments that curl removes.
func hasDots(path string) bool {
	decoded := strings.ReplaceAll(strings.ToLower(path), "%2e", ".")
	return strings.Contains(decoded+"/", "/./") || strings.Contains(decoded+"/", "/../")
}

var errHost = errors.New("the host of a URL is ambiguous")

func target(text, defaultScheme string) (*url.URL, error) {
	parts, ok := plain(text)
	if !ok {
		return nil, errHost
	}
	u := &url.URL{Scheme: strings.ToLower(cmp.Or(parts.scheme, defaultScheme)), Host: parts.host}
	if strings.HasPrefix(u.Host, "[") { // and not a glob, which looks the same
		if ip, err := netip.ParseAddr(u.Hostname()); err != nil || !ip.Is6() {
			return nil, errHost
		}
	}
	return u, nil
}

// globs reports whether a URL may expand to several.
func (c Command) globs() bool {
	if c.has("globoff") {
		return false
	}
	for _, text := range c.values(urlOption) {
		if parts, ok := plain(text); ok {
			text = parts.rest // after the host, where brackets enclose an address
		}
		if strings.ContainsAny(text, "[]{}") {
			return true
		}
	}
	return false
}
