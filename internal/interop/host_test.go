//go:build interop && linux

package interop

import (
	"os/exec"
	"testing"
)

// host is a program that runs a server for many rows. It reads the file of told, and logs as oidc-provider.mjs does.
type host struct {
	name          string // in docs/internals/interop.md
	program       string // an interpreter
	script        string // below testdata/interop
	needs         string // an import that the script needs
	introspection string // path of the endpoint
	revokes       bool
}

var (
	oidcProvider = host{
		name: "oidc-provider", program: "node", script: "oidc-provider.mjs", needs: "oidc-provider",
		introspection: "/token/introspection", revokes: true,
	}
	authlib = host{
		name: "Authlib", program: python, script: "authlib/host.py", needs: "authlib",
		introspection: "/introspect",
	}
	oauth2Server = host{
		name: "@jmondi/oauth2-server", program: "node", script: "oauth2-server.mjs", needs: "@jmondi/oauth2-server",
		introspection: "/introspect",
	}
)

// installed fails the test if the server is not installed.
func (h host) installed(t *testing.T) {
	t.Helper()
	need(t, h.program)
	if h.program == "node" {
		need(t, interopFile(t, "node_modules", h.needs, "package.json"))
		return
	}
	if err := exec.Command(h.program, "-c", "import "+h.needs).Run(); err != nil {
		t.Fatalf("%s is missing (%v): run testdata/interop/setup", h.name, err)
	}
}
