package curl

import (
	"fmt"
	"net/url"

	"github.com/oauthget/oauthget/internal/confidential"
)

// Judge reports whether the token is sent with the request. refused is why the token must not be sent to a URL, whose path is
// empty if curl decides it; it is empty if the token may. If the token is not sent, why is the reason. It is empty if curl needs no token, as in curl --version.
//
// It is an error if only some of the hosts may get the token, or if the token would leave this machine unprotected.
func (c Command) Judge(refused func(*url.URL) string) (send bool, why string, err error) {
	if option := c.credentials(); option != "" {
		return false, option + " adds other credentials", nil
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
			why = fmt.Sprintf("with --insecure anybody can answer for %s; --cacert sets an authority to trust", u.Host)
		case refused(u) != "":
			why = refused(u)
		default:
			may++
		}
	}
	switch {
	case may == len(targets):
		return may > 0, "", c.checkExposed()
	case may > 0:
		return false, "", fmt.Errorf("the token may be sent to only some of the URLs (%s): run curl once for each", why)
	}
	return false, why, nil
}
