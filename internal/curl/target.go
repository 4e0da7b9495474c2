package curl

import (
	"cmp"
	"errors"
	"net/netip"
	"net/url"
	"strings"
)

// Targets are scheme and host of each URL that curl is going to request, in order. A URL is an error where two readers
// could take different parts of it for the host: curl is one, this is the other.
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
		all = append(all, u)
	}
	return all, nil
}

// target is the URL of the one request that curl is going to make, to the letter: a signature over another would be worth
// nothing.
func (c Command) target() (*url.URL, error) {
	targets, err := c.Targets()
	switch {
	case err != nil:
		return nil, err
	case len(targets) != 1 || c.globs():
		return nil, errors.New("a signature is for one URL, and these are several")
	case len(c.values("request-target")) > 0:
		return nil, errors.New("a signature is for the URL, and --request-target puts another in its place")
	}
	parts, _ := plain(c.values(urlOption)[0]) // as each of targets is
	rest, _, _ := strings.Cut(parts.rest, "#")
	path, query, _ := strings.Cut(rest, "?")
	u := *targets[0]
	u.RawQuery, u.RawPath = query, path
	if u.Path, err = url.PathUnescape(path); err != nil || u.EscapedPath() != path || hasDots(path) {
		return nil, errors.New("a signature is for the URL that is sent, and curl would write the path of this one in another way")
	}
	return &u, nil
}

// hasDots reports whether a path has segments that curl takes out of it.
func hasDots(path string) bool {
	decoded := strings.ReplaceAll(strings.ToLower(path), "%2e", ".")
	return strings.Contains(decoded+"/", "/./") || strings.Contains(decoded+"/", "/../")
}

var errHost = errors.New("the host of a URL cannot be told for certain")

func target(text, defaultScheme string) (*url.URL, error) {
	parts, ok := plain(text)
	if !ok {
		return nil, errHost
	}
	u := &url.URL{Scheme: strings.ToLower(cmp.Or(parts.scheme, defaultScheme)), Host: parts.host}
	if strings.HasPrefix(u.Host, "[") { // and not a glob, which looks alike
		if ip, err := netip.ParseAddr(u.Hostname()); err != nil || !ip.Is6() {
			return nil, errHost
		}
	}
	return u, nil
}

// globs reports whether a URL may stand for several.
func (c Command) globs() bool {
	if c.has("globoff") {
		return false
	}
	for _, text := range c.values(urlOption) {
		if parts, ok := plain(text); ok {
			text = parts.rest // behind the host, whose brackets are an address's
		}
		if strings.ContainsAny(text, "[]{}") {
			return true
		}
	}
	return false
}
