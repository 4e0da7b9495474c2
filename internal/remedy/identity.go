package remedy

import (
	"cmp"
	"errors"
	"net/http"

	"github.com/oauthget/oauthget/internal/secretsource"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// identityTrouble is about the identity token of a CI job. The CI system is another server than the profile's.
func (f failure) identityTrouble(e *secretsource.IdentityTokenError) (status int, hints []string) {
	switch {
	case e.Status == http.StatusUnauthorized || e.Status == http.StatusForbidden:
		return StatusServer, []string{"give the job the permission id-token: write, and run oauthget in a step of that job: the request token ends with it"}
	case e.Status != 0:
		return StatusServer, []string{"run the job again: the CI system has a problem, or does not issue tokens for this audience"}
	case errors.As(e, new(*untrusted.Error)):
		return StatusServer, []string{"see with --trace what answered: it is not the CI system, or something in between"}
	}
	return StatusNetwork, []string{cmp.Or(tlsHint(e), proxyHint(e), "check the runner's connection, and a proxy in HTTPS_PROXY")}
}
