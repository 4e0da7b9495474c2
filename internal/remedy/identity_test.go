package remedy

import (
	"crypto/x509"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/oauthget/oauthget/internal/endpoint"
	"github.com/oauthget/oauthget/internal/secretsource"
	"github.com/oauthget/oauthget/internal/untrusted"
)

func TestHintAboutAnIdentityTokenIsAboutTheJob(t *testing.T) {
	refused := func(status int) *secretsource.IdentityTokenError {
		return &secretsource.IdentityTokenError{Status: status, Err: errors.New("refused")}
	}
	failed := func(err error) *secretsource.IdentityTokenError { return &secretsource.IdentityTokenError{Err: err} }
	for name, c := range map[string]struct {
		err    *secretsource.IdentityTokenError
		status int
		hint   string
	}{
		"not allowed":   {refused(403), StatusServer, "id-token: write"},
		"has ended":     {refused(401), StatusServer, "id-token: write"},
		"out of order":  {refused(503), StatusServer, "run the job again"},
		"a redirect":    {failed(&untrusted.Error{Op: "follow redirect", Err: new(endpoint.RedirectError)}), StatusServer, "--trace"},
		"not reached":   {failed(&untrusted.NetworkError{Class: "no such host"}), StatusNetwork, "HTTPS_PROXY"},
		"own authority": {failed(&untrusted.NetworkError{Class: "TLS", Err: x509.UnknownAuthorityError{}}), StatusNetwork, "tls_ca_file"},
		"proxy's no":    {failed(&untrusted.NetworkError{Err: untrusted.ErrProxy}), StatusNetwork, "see whether the proxy"},
	} {
		status, hints := Of(fmt.Errorf("assertion_github_actions: %w", c.err), Command{Path: "oauthget token"})
		if status != c.status || len(hints) != 1 || !strings.Contains(hints[0], c.hint) {
			t.Errorf("%s: status %d, %q", name, status, hints)
		}
	}
}
