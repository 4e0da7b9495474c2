//go:build interop && linux

package interop

import (
	"os/exec"
	"strings"
	"testing"
)

// The host and its server are of @modelcontextprotocol/sdk: see header-helper.mjs.
func TestMCPHostRunsTheProgramForItsHeaders(t *testing.T) {
	t.Parallel()
	need(t, "node", interopFile(t, "node_modules", "@modelcontextprotocol", "sdk", "package.json"))
	r := newUser(t)
	r.env["INTROSPECTION"], r.env["CLIENT_ID"] = r.gate.http.URL+"/introspect", "demo"
	host := exec.Command("node", interopFile(t, "header-helper.mjs"), product(t), "credential", "headers", "op", "--no-input")
	got := r.run(t, host)
	if got.status != 0 || !strings.HasSuffix(got.stdout, " by demo\n") || got.stderr != "" {
		t.Errorf("the host: %v\n%s", got, got.stdout)
	}

	// A host that gets no header says why.
	if out := r.oauthget(t, "logout", "op"); out.status != 0 {
		t.Fatalf("logout: %v", out)
	}
	r.run(t, host).expect(t, "after the logout", 1, "nothing usable is stored", "oauthget login op")
}
