//go:build interop && linux

package interop

import (
	"fmt"
	"os/exec"
	"sync"
	"testing"

	"filippo.io/age"
)

// lessThanAsked is less than the default --min-ttl of 30 s, so that each call refreshes, and long enough for the test to use the
// token.
const lessThanAsked = 20

// matrix is a process of a server for many rows.
type matrix struct {
	*world
	*server
	host   host
	secure *server // of the same process, the issuer with TLS
	ca     *authority
	files  map[string][]string // by row, lines of its profile that name files

	mu   sync.Mutex
	seen map[string][]request // by client, requests that were read from the log for another
}

// startMatrix makes the keys and certificates of the rows, and starts the server with their clients.
func startMatrix(t *testing.T, h host, rows []row, environ ...string) *matrix {
	t.Helper()
	h.installed(t)
	m := &matrix{world: newWorld(t), host: h, ca: newAuthority(t), files: map[string][]string{}, seen: map[string][]request{}}
	tell := told{TLS: m.ca.server(t), Clients: []map[string]any{{
		"client_id": inspector, "client_secret": clientSecret, "token_endpoint_auth_method": "client_secret_post",
		"grant_types": []string{"client_credentials"}, "response_types": []string{}, "redirect_uris": []string{},
	}}}
	m.keep(t, "ca.pem", tell.TLS.CA)
	for _, r := range rows {
		tell.Clients = append(tell.Clients, m.register(t, r))
	}
	cmd := exec.Command(h.program, interopFile(t, h.script))
	m.write(t, m.path("secrets"), "")
	cmd.Env = append(m.environ(), "TOLD="+m.tell(t, tell), "SECRETS_FILE="+m.path("secrets"))
	cmd.Env = append(cmd.Env, lifetimes{login: lessThanAsked, refreshed: lessThanAsked}.environ()...)
	cmd.Env = append(cmd.Env, environ...)
	m.server = startServer(t, cmd)
	m.secure = &server{process: m.process, origin: m.server.secure, issuer: m.server.secure}
	return m
}

// at returns the issuer of a row.
func (m *matrix) at(r row) *server {
	if r.secure {
		return m.secure
	}
	return m.server
}

// home returns a world with the row's profile and a person at the browser. Its store is a sealed file, which takes less time than
// a keyring.
func (m *matrix) home(t *testing.T, r row) *world {
	t.Helper()
	w := newWorld(t)
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	lines := append([]string{
		`store = "file"`, fmt.Sprintf("identity_file = %q", w.keep(t, "age.key", identity.String()+"\n")),
	}, m.files[r.name]...)
	if r.secure {
		lines = append(lines, fmt.Sprintf("tls_ca_file = %q", m.path("keys", "ca.pem")))
		w.env["INTEROP_CA"] = m.path("keys", "ca.pem")
	}
	if r.method != "" || r.alg != "" { // with a key alone, the client would authenticate with it
		lines = append(lines, fmt.Sprintf("token_endpoint_auth_method = %q", r.authentication()))
	}
	w.env["OP_SECRET"] = clientSecret
	w.configure(t, m.at(r).profile(r.name, r.name, append(lines, r.profile...)...))
	switch {
	case r.chromium:
		w.sitDownAtChromium(t)
	case r.grant == "":
		w.sitDown(t, "browser-allow")
	}
	return w
}

// requestsOf returns the requests of that client since the last call.
func (m *matrix) requestsOf(t *testing.T, client string) []request {
	t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, r := range m.server.requests(t) {
		m.seen[r.ClientID] = append(m.seen[r.ClientID], r)
	}
	log := m.seen[client]
	delete(m.seen, client)
	return log
}
