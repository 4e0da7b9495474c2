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

// clientSecret has every character that form-urlencoding (RFC 6749 §2.3.1) and
// the Basic scheme's colon can go wrong with, and the length HS256 wants of a key.
const clientSecret = `s%2Bt: +u&v=w/%?#"x, and enough of it`

// server is an authorization server on a loopback port of its own.
type server struct {
	process *process
	origin  string
	issuer  string
	secure  string // the issuer of the same process that has TLS, if it has one
	ready   string // its first line on stdout
	marks   int
}

// request is one line of a server's log.
type request struct {
	Method    string
	Path      string
	ClientID  string `json:"client_id"`
	GrantType string `json:"grant_type"`
	Status    int
	Error     string

	// Of oidc-provider alone: by which means.
	Authentication string
	Proof          string
	Asked          []string
}

func (r request) String() string {
	return strings.TrimSpace(fmt.Sprintf("%s %s %d %s", r.Method, r.Path, r.Status, r.GrantType))
}

// lifetimes of access tokens in seconds; 0 stands for an hour.
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

// python is Debian's, which Debian's packages belong to; another may be first on
// PATH.
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

// requests returns every request answered since the last call. A server logs a
// request before it answers, so a request of our own marks the end: what any
// client has had an answer to stands before it.
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

// expectRequests compares what was requested since the last look with "METHOD
// PATH STATUS GRANT" lines.
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

// count returns how many of the requests the test picks.
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

// offline asks for a refresh token the way OpenID Connect Core §11 wants it:
// offline_access, and prompt=consent with it.
var offline = []string{
	`scopes = ["openid", "offline_access"]`,
	`authorization_parameters = { prompt = "consent" }`,
}
