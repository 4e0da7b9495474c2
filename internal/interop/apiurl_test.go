//go:build interop && linux

package interop

import (
	"encoding/json"
	"net"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// From an API's URL to its answer, in a home where nothing is configured: the API names its server, the server registers the client,
// and the person signs in.

// redirectURI finds the redirect URI in the URL that a login shows.
var redirectURI = regexp.MustCompile(`[?&]redirect_uri=([^&\s]+)`)

// expectAPI calls the API by its URL: with a login, with the stored token, and after another login, which registers nothing.
// It returns the host and port of the redirect URI.
func expectAPI(t *testing.T, w *world, s *server, api, answer, registration string) string {
	t.Helper()
	first := w.oauthget(t, "--yes", "curl", api, "-sS")
	if first.status != 0 || !strings.Contains(first.stdout, answer) {
		t.Fatalf("no answer of the API: %v\n%s", first, first.stdout)
	}
	w.page(t).expectSuccess(t)
	registered := func(r request) bool { return r.Method == "POST" && r.Path == registration && r.Status == 201 }
	if n := count(s.requests(t), registered); n != 1 {
		t.Errorf("%d registrations, want 1", n)
	}

	path, _ := url.Parse(api)
	again := w.oauthget(t, "curl", api, "-sS")
	if again.status != 0 || again.stdout != first.stdout {
		t.Errorf("with the stored token: %v", again)
	}
	again.expectSilence(t)
	s.expectRequests(t, "GET "+path.Path+" 200")

	later := w.oauthget(t, "login", api, "--yes")
	if later.status != 0 {
		t.Errorf("another login: %v", later)
	}
	w.page(t).expectSuccess(t)
	if n := count(s.requests(t), registered); n != 0 {
		t.Errorf("%d registrations, want none", n)
	}
	uri := redirectURI.FindStringSubmatch(first.stderr)
	if uri == nil || !strings.Contains(later.stderr, uri[0]) {
		t.Fatalf("the redirect URI is not the registered one: %v, %v", first, later)
	}
	plain, err := url.QueryUnescape(uri[1])
	if err != nil {
		t.Fatal(err)
	}
	redirect, err := url.Parse(plain)
	if err != nil {
		t.Fatal(err)
	}
	return redirect.Host
}

// TestMCPSDKFromAnAPIsURL is about a server that compares the port of redirect URIs.
func TestMCPSDKFromAnAPIsURL(t *testing.T) {
	t.Parallel()
	need(t, "node", interopFile(t, "node_modules", "@modelcontextprotocol", "sdk", "package.json"))
	w := newWorld(t)
	startTestBus(t, w)
	cmd := exec.Command("node", interopFile(t, "mcp-sdk.mjs"))
	cmd.Env = append(w.environ(), "SECRETS_FILE="+w.path("secrets"))
	s := startServer(t, cmd)
	var ready struct{ API string }
	if err := json.Unmarshal([]byte(s.ready), &ready); err != nil {
		t.Fatal(err)
	}
	w.sitDown(t, "browser-allow")
	host := expectAPI(t, w, s, ready.API, `{"scopes":["tools"]}`, "/register")

	// Where the port is taken by another program, the client is registered anew.
	taken, err := net.Listen("tcp", host)
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	moved := w.oauthget(t, "login", ready.API, "--yes")
	if moved.status != 0 || strings.Contains(moved.stderr, url.QueryEscape(host)) {
		t.Errorf("a login while the port is taken: %v", moved)
	}
	w.page(t).expectSuccess(t)
	if n := count(s.requests(t), func(r request) bool { return r.Path == "/register" }); n != 1 {
		t.Errorf("%d registrations, want 1", n)
	}
	secrets := w.secrets(t)
	expectNone(t, secrets, "stderr", moved.stderr)
	w.eachFile(t, func(name, data string) { expectNone(t, secrets, name, name+"\n"+data) })
}

// TestOIDCProviderFromAnAPIsURL signs in with a real browser.
func TestOIDCProviderFromAnAPIsURL(t *testing.T) {
	t.Parallel()
	oidcProvider.installed(t)
	w := newWorld(t)
	startTestBus(t, w)
	cmd := exec.Command(oidcProvider.program, interopFile(t, oidcProvider.script))
	cmd.Env = append(w.environ(), "TOLD="+w.tell(t, told{Clients: []map[string]any{}, API: "/api/orders"}), "SECRETS_FILE="+w.path("secrets"))
	s := startServer(t, cmd)
	w.sitDownAtChromium(t)
	api := s.issuer + "/api/orders"
	expectAPI(t, w, s, api, `{"customer":"`+user+`"}`, "/reg")

	// The server lets clients remove themselves.
	out := w.oauthget(t, "logout", api)
	if out.status != 0 || !strings.Contains(out.stderr, "revoked the tokens of "+api) {
		t.Errorf("logout: %v", out)
	}
	s.requests(t)
	removed := w.oauthget(t, "logout", "--registration", api)
	if n := count(s.requests(t), func(r request) bool { return r.Method == "DELETE" && r.Status == 204 }); removed.status != 0 || n != 1 {
		t.Errorf("%d clients removed: %v", n, removed)
	}
	w.oauthget(t, "token", api, "--no-input").expectFailure(t, 4)
}

// TestOIDCProviderTakesThePrintedDocument has the provider know two clients by what client-metadata prints, byte by byte: one that is
// public, and one with a key.
func TestOIDCProviderTakesThePrintedDocument(t *testing.T) {
	t.Parallel()
	oidcProvider.installed(t)
	w := newWorld(t)
	startTestBus(t, w)
	documents := w.path("documents")
	cmd := exec.Command(oidcProvider.program, interopFile(t, oidcProvider.script))
	cmd.Env = append(w.environ(), "TOLD="+w.tell(t, told{Clients: []map[string]any{}, API: "/api/orders", Documents: documents}), "SECRETS_FILE="+w.path("secrets"))
	s := startServer(t, cmd)
	w.sitDown(t, "browser-allow")
	api := s.issuer + "/api/orders"
	key := w.path("client.key")
	if err := os.WriteFile(key, []byte(keyPEM(t, newKey(t, "ES256"))), 0o600); err != nil {
		t.Fatal(err)
	}

	const public, keyed = "https://client.example.com/oauthget.json", "https://client.example.com/keyed.json"
	flags := map[string][]string{
		public: {"--client-id-metadata-document", public},
		keyed:  {"--client-id-metadata-document", keyed, "--client-key-file", key},
	}
	host := map[string]string{}
	for address, flags := range flags {
		printed := w.oauthget(t, append([]string{"client-metadata"}, flags...)...)
		if printed.status != 0 {
			t.Fatal(printed)
		}
		host[address] = printed.stdout
	}
	text, err := json.Marshal(host)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(documents, text, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, client := range []struct{ url, method string }{{public, "none"}, {keyed, "private_key_jwt"}} {
		s.requests(t)
		args := append([]string{"--yes", "-v", "curl", "--force"}, flags[client.url]...)
		out := w.oauthget(t, append(args, api, "-sS")...)
		if out.status != 0 || out.stdout != `{"customer":"`+user+`"}` {
			t.Fatalf("%s: %v\n%s", client.url, out, out.stdout)
		}
		w.page(t).expectSuccess(t)
		if !strings.Contains(out.stderr, "client_id="+url.QueryEscape(client.url)) || !strings.Contains(out.stderr, "client authentication: "+client.method) {
			t.Errorf("%s is not the client, or does not authenticate by %s: %v", client.url, client.method, out)
		}
		if n := count(s.requests(t), func(r request) bool { return r.Path == "/reg" }); n != 0 {
			t.Errorf("%d registrations", n)
		}
	}
}

// TestOIDCProviderRegistersAProfile is about a profile whose client registers itself.
func TestOIDCProviderRegistersAProfile(t *testing.T) {
	t.Parallel()
	oidcProvider.installed(t)
	w := newWorld(t)
	startTestBus(t, w)
	cmd := exec.Command(oidcProvider.program, interopFile(t, oidcProvider.script))
	cmd.Env = append(w.environ(), "TOLD="+w.tell(t, told{Clients: []map[string]any{}, API: "/api/orders"}), "SECRETS_FILE="+w.path("secrets"))
	s := startServer(t, cmd)
	w.sitDown(t, "browser-allow")
	for name, flags := range map[string][]string{
		"work":   {"--issuer", s.issuer, "--scope", "openid offline_access"},
		"orders": {"--url", s.issuer + "/api/orders"},
	} {
		s.requests(t)
		added := w.oauthget(t, append([]string{"--yes", "profile", "add", name, "--register"}, flags...)...)
		login := w.oauthget(t, "login", name)
		if added.status != 0 || login.status != 0 {
			t.Fatalf("%v, %v", added, login)
		}
		w.page(t).expectSuccess(t)
		out := w.oauthget(t, "token", name, "--no-input")
		if n := count(s.requests(t), func(r request) bool { return r.Path == "/reg" && r.Status == 201 }); out.status != 0 || n != 1 {
			t.Errorf("%d registrations: %v", n, out)
		}
		removed := w.oauthget(t, "logout", "--registration", name)
		if n := count(s.requests(t), func(r request) bool { return r.Method == "DELETE" && r.Status == 204 }); removed.status != 0 || n != 1 {
			t.Errorf("%d clients removed: %v", n, removed)
		}
	}
	secrets := w.secrets(t)
	w.eachFile(t, func(name, data string) { expectNone(t, secrets, name, name+"\n"+data) })
}
