package confidential

import (
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strings"
)

// ProxyError is returned for a proxy's address in the environment that cannot be used. The address may contain a password.
type ProxyError struct{ Variable string }

func (e *ProxyError) Error() string {
	return fmt.Sprintf("$%s is not the address of a proxy", e.Variable)
}

// Proxy returns the proxy that the environment names for a request, or nil. It is for [http.Transport]. Requests to
// this machine use none: over plain http the proxy would see them. [http.ProxyFromEnvironment] exempts only lower-case
// localhost, and uses no proxy if the address of one cannot be read: that is a *ProxyError.
func Proxy(r *http.Request) (*url.URL, error) {
	host := r.URL.Hostname()
	if Loopback(host) {
		return nil, nil
	}
	variable := ProxyVariable(r.URL.Scheme)
	if variable != "" && !isProxy(os.Getenv(variable)) && !exempt(host) {
		return nil, &ProxyError{variable}
	}
	return http.ProxyFromEnvironment(r)
}

// ProxyVariable returns the environment variable that names the proxy for URLs of a scheme, or empty if none does.
func ProxyVariable(scheme string) string {
	name := strings.ToUpper(scheme) + "_PROXY"
	for _, name := range []string{name, strings.ToLower(name)} {
		if os.Getenv(name) != "" {
			return name
		}
	}
	return ""
}

// isProxy reports whether package net/http can use the address, in which http:// may be missing.
func isProxy(address string) bool {
	if strings.Contains(address, "://") {
		u, err := url.Parse(address)
		return err == nil && u.Hostname() != "" && slices.Contains([]string{"http", "https", "socks5", "socks5h"}, u.Scheme)
	}
	u, err := url.Parse("http://" + address)
	return err == nil && u.Hostname() != "" && strings.Trim(u.Path, "/") == ""
}

// exempt reports whether NO_PROXY names the host.
func exempt(host string) bool {
	ip, _ := netip.ParseAddr(host)
	for entry := range strings.SplitSeq(os.Getenv("NO_PROXY")+","+os.Getenv("no_proxy"), ",") {
		entry = strings.ToLower(strings.TrimSpace(entry))
		if network, err := netip.ParsePrefix(entry); err == nil && network.Contains(ip) {
			return true
		}
		name := strings.TrimPrefix(strings.TrimPrefix(entry, "*"), ".")
		if entry == "*" || name != "" && (strings.EqualFold(host, name) || strings.HasSuffix(strings.ToLower(host), "."+name)) {
			return true
		}
	}
	return false
}
