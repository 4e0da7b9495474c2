package config

import (
	"net/url"
	"slices"
	"strings"

	"github.com/oauthget/oauthget/internal/origin"
)

// MaySend reports whether api_hosts allows the access token to be sent to u. Without api_hosts every host is allowed. Hosts
// are compared as a whole and without regard to case. A host without a port stands for the scheme's default port.
func (p Profile) MaySend(u *url.URL) bool {
	if len(p.APIHosts) == 0 {
		return true
	}
	return slices.ContainsFunc(p.APIHosts, func(entry string) bool {
		allowed := &url.URL{Scheme: u.Scheme, Host: entry}
		return strings.EqualFold(allowed.Hostname(), u.Hostname()) && origin.Port(allowed) == origin.Port(u)
	})
}

// MayAnswer reports whether the access token may be given to a program that asks for it for u. Others choose the host: a
// submodule, or the name of an image. So without api_hosts only the profile's own servers are allowed.
func (p Profile) MayAnswer(u *url.URL) bool {
	if len(p.APIHosts) > 0 {
		return p.MaySend(u)
	}
	return slices.ContainsFunc(p.OwnServers(), func(known *url.URL) bool { return origin.Same(known, u) })
}

// Answered returns the hosts for which MayAnswer allows an https URL.
func (p Profile) Answered() []string {
	if len(p.APIHosts) > 0 {
		return p.APIHosts
	}
	var hosts []string
	for _, u := range p.OwnServers() {
		if u.Scheme == "https" && !slices.Contains(hosts, u.Host) {
			hosts = append(hosts, u.Host)
		}
	}
	return hosts
}

// OwnServers are the URLs of the profile's own servers.
func (p Profile) OwnServers() []*url.URL {
	var own []*url.URL
	for _, text := range slices.Concat([]string{p.Issuer, p.AuthorizationEndpoint, p.TokenEndpoint, p.UserinfoEndpoint}, p.Resource, p.Audience) {
		if u, err := url.Parse(text); err == nil && u.Host != "" {
			own = append(own, u)
		}
	}
	return own
}
