package confidential

import (
	"net/http"
	"net/url"
)

// Proxy is the proxy of the environment through which a request goes, nil for none; it is for [http.Transport]. What is
// for this machine goes through none: plain http would show it to the proxy. [http.ProxyFromEnvironment] leaves out
// localhost in lower case alone. The error is about an address in the environment.
func Proxy(r *http.Request) (*url.URL, error) {
	if Loopback(r.URL.Hostname()) {
		return nil, nil
	}
	return http.ProxyFromEnvironment(r)
}
