//go:build interop && linux

package interop

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// clientSecret has all characters that matter to form-urlencoding (RFC 6749 §2.3.1) and to the Basic scheme, and the length of a key
// for HS256.
const clientSecret = `s%2Bt: +u&v=w/%?#"x, and enough of it`

// server is an authorization server on its own loopback port.
type server struct {
	process *process
	origin  string
	issuer  string
	secure  string // the issuer with TLS of the same process, if it has one
	ready   string // its first line on stdout
	marks   int
}

// request is a line of a server's log.
type request struct {
	Method    string
	Path      string
	ClientID  string `json:"client_id"`
	GrantType string `json:"grant_type"`
	Status    int
	Error     string

	// By oidc-provider only: how it was made.
	Authentication string
	Proof          string
	Asked          []string
}

func (r request) String() string {
	return strings.TrimSpace(fmt.Sprintf("%s %s %d %s", r.Method, r.Path, r.Status, r.GrantType))
}

// lifetimes are the lifetimes of access tokens in seconds; 0 is an hour.
type lifetimes struct{ login, refreshed int }

func (l lifetimes) environ() []string {
	var environ []string
	if l.login > 0 {
		environ = append(environ, fmt.Sprintf("ACCESS_TOKEN_TTL=%d", l.login))
	}
	if l.refreshed > 0 {
		environ = append(environ, fmt.Sprintf("REFRESHED_TOKEN_TTL=%d", l.refreshed))
	}
	return environ
}

// startProvider starts npm oidc-provider.
func startProvider(t *testing.T, w *world, ttl lifetimes) *server {
	t.Helper()
	need(t, "node", interopFile(t, "node_modules", "oidc-provider", "package.json"))
	cmd := exec.Command("node", interopFile(t, "oidc-provider.mjs"))
	cmd.Env = append(w.environ(), "CLIENT_SECRET="+clientSecret, "SECRETS_FILE="+w.path("secrets"))
	cmd.Env = append(cmd.Env, ttl.environ()...)
	return startServer(t, cmd)
}

// python is Debian's, which has Debian's packages. Another may be first on PATH.
const python = "/usr/bin/python3"

// startDjango starts Django OAuth Toolkit.
func startDjango(t *testing.T, w *world, ttl lifetimes) *server {
	t.Helper()
	need(t, python)
	if err := exec.Command(python, "-c", "import oauth2_provider").Run(); err != nil {
		t.Fatalf("python3-django-oauth-toolkit is missing (%v): run testdata/interop/setup", err)
	}
	cmd := exec.Command(python, "-B", interopFile(t, "django", "host.py"), w.dir)
	cmd.Env = append(w.environ(), ttl.environ()...)
	return startServer(t, cmd)
}

func startServer(t *testing.T, cmd *exec.Cmd) *server {
	t.Helper()
	p := start(t, cmd, "")
	ready := struct {
		Issuer string
		Port   int
		Secure string
	}{}
	first := p.firstLine(t)
	if err := json.Unmarshal([]byte(first), &ready); err != nil {
		t.Fatalf("%s: ready line: %v", filepath.Base(cmd.Path), err)
	}
	return &server{
		process: p, ready: first, issuer: ready.Issuer, secure: ready.Secure, origin: fmt.Sprintf("http://127.0.0.1:%d", ready.Port),
	}
}

// requests returns the requests that were answered since the last call. A server logs a request before it answers, so a request
// of the test marks the end of the log.
func (s *server) requests(t *testing.T) []request {
	t.Helper()
	s.marks++
	mark := fmt.Sprintf("/mark/%d", s.marks)
	resp, err := http.Get(s.origin + mark)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	var log []request
	for {
		select {
		case line, ok := <-s.process.lines:
			var r request
			if !ok {
				t.Fatalf("the server ended: %s", s.process.stderr)
			}
			if err := json.Unmarshal([]byte(line), &r); err != nil {
				t.Fatalf("server log: %v: %q", err, line)
			}
			if r.Path == mark {
				return log
			}
			log = append(log, r)
		case <-time.After(startLimit):
			t.Fatalf("the server has not logged %s", mark)
		}
	}
}

// expectRequests compares the requests since the last call with lines "METHOD PATH STATUS GRANT".
func (s *server) expectRequests(t *testing.T, want ...string) {
	t.Helper()
	var got []string
	for _, r := range s.requests(t) {
		got = append(got, r.String())
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("requests at the server:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// count returns the number of requests for which the function returns true.
func count(log []request, pick func(request) bool) int {
	n := 0
	for _, r := range log {
		if pick(r) {
			n++
		}
	}
	return n
}

func refreshed(r request) bool { return r.Method == http.MethodPost && r.GrantType == "refresh_token" }

func authorized(r request) bool {
	return strings.HasSuffix(strings.TrimSuffix(r.Path, "/"), "/auth") || strings.Contains(r.Path, "/authorize")
}

// profile returns a table of the profile file. The lines are TOML.
func (s *server) profile(name, clientID string, lines ...string) string {
	head := []string{
		"[profiles." + name + "]",
		fmt.Sprintf("issuer = %q", s.issuer),
		fmt.Sprintf("client_id = %q", clientID),
	}
	return strings.Join(append(head, lines...), "\n") + "\n"
}

// offline asks for a refresh token as OpenID Connect Core §11 says: with offline_access and prompt=consent.
var offline = []string{
	`scopes = ["openid", "offline_access"]`,
	`authorization_parameters = { prompt = "consent" }`,
}
