package curl

import (
	"fmt"
	"net/url"

	"github.com/oauthget/oauthget/internal/confidential"
)

// Judge reports whether the token goes with the request; allowed reports whether the profile lets it go to a URL. Where it
// does not go, why says so. Why is empty where curl has no use for a token, as in curl --version.
//
// What would send it to some hosts that may have it and to others that may not is an error, and so is what would let it
// leave this machine unprotected.
func (c Command) Judge(allowed func(*url.URL) bool) (send bool, why string, err error) {
	if option := c.credentials(); option != "" {
		return false, option + " brings credentials of its own", nil
	}
	targets, err := c.Targets()
	if err != nil {
		return false, err.Error(), nil
	}
	may := 0
	for _, u := range targets {
		// RFC 6750 §5.3: "Clients MUST always use TLS … (https) or equivalent transport security when making requests
		// with bearer tokens."
		switch {
		case !confidential.URL(u):
			why = fmt.Sprintf("%s://%s is neither https nor this machine", u.Scheme, u.Host)
		// RFC 6750 §5.3: "The client MUST validate the TLS certificate chain when making requests to protected resources."
		case c.unverified() && !confidential.Loopback(u.Hostname()):
			why = fmt.Sprintf("by --insecure anybody may answer for %s; --cacert names an authority to trust", u.Host)
		case !allowed(u):
			why = fmt.Sprintf("%s is not among the api_hosts of the profile", u.Host)
		default:
			may++
		}
	}
	switch {
	case may == len(targets):
		return may > 0, "", c.checkExposed()
	case may > 0:
		return false, "", fmt.Errorf("the token may go to one of the URLs and not to another (%s): run curl once for each", why)
	}
	return false, why, nil
}
