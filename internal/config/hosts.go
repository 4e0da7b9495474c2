package config

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/oauthget/oauthget/internal/origin"
)

// MaySend reports whether the access token may go to the host of u, by what api_hosts says: where it says nothing, to
// any. A host is compared as a whole and in any case; one without a port is that of the scheme.
func (p Profile) MaySend(u *url.URL) bool {
	if len(p.APIHosts) == 0 {
		return true
	}
	return slices.ContainsFunc(p.APIHosts, func(entry string) bool {
		allowed := &url.URL{Scheme: u.Scheme, Host: entry}
		return strings.EqualFold(allowed.Hostname(), u.Hostname()) && origin.Port(allowed) == origin.Port(u)
	})
}

// checkHosts wants hosts, each with a port or without one, and nothing else of a URL: one that would never match is a
// mistake, and looks like a defence.
func checkHosts(values []string) error {
	if err := checkTexts(values); err != nil {
		return err
	}
	for _, v := range values {
		u, err := url.Parse("https://" + v)
		if err != nil || u.Host != v || u.Hostname() == "" || strings.HasSuffix(v, ":") || strings.Contains(v, "*") {
			return fmt.Errorf("want a host, or host:port, such as api.example.com")
		}
	}
	return nil
}
