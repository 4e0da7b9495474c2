//go:build interop && linux

package interop

import (
	"os/exec"
	"strings"
	"testing"
)

// TestSetupKeepsTheSecretInTheKeyringAlone leads from an empty home to a token that is refreshed, with a real keyring.
func TestSetupKeepsTheSecretInTheKeyringAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	startKeyring(t, w)
	s := startProvider(t, w, lifetimes{login: 2})
	w.sitDown(t, "browser-allow")
	cmd := exec.Command(product(t), "setup", "op", "--issuer", s.issuer, "--client-id", "basic", "--client-secret-file", "-", "--scope", "openid offline_access")
	cmd.Stdin = strings.NewReader(clientSecret + "\n")
	made := w.run(t, cmd)
	if made.status != 0 || !strings.HasPrefix(made.stdout, "oauthget token op\n") || !strings.Contains(made.stderr, "logged in as ") {
		t.Fatalf("%v", made)
	}
	w.page(t).expectSuccess(t)
	s.requests(t)
	w.oauthget(t, "token", "op", "--no-input").token(t)
	s.expectRequests(t, "POST /token 200 refresh_token") // as the client with the secret
	w.eachFile(t, func(name, data string) {
		expectNone(t, map[string][]string{"client secret": {clientSecret}}, name, data)
	})
}
