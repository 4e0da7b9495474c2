//go:build interop && linux

package interop

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestStatusTellsOfTheTokenWithoutShowingIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	startKeyring(t, w)
	s := startProvider(t, w, lifetimes{})
	w.configure(t, s.profile("op", "cli", offline...), s.profile("idle", "cli", offline...))
	w.sitDown(t, "browser-allow")
	w.oauthget(t, "token", "op").token(t)
	w.page(t).expectSuccess(t)

	s.requests(t)
	for _, args := range [][]string{{"status", "--json"}, {"status", "op", "--json"}, {"status"}} {
		said := w.oauthget(t, args...)
		if said.status != 0 || !strings.Contains(said.stdout, "op") || !strings.Contains(said.stdout, "keychain") {
			t.Errorf("%v: %v\n%s", args, said, said.stdout)
		}
		if args[len(args)-1] == "--json" && !json.Valid([]byte(said.stdout)) {
			t.Errorf("%v: not JSON:\n%s", args, said.stdout)
		}
		w.expectNoSecret(t, strings.Join(args, " "), said.stdout+said.stderr)
	}
	s.expectRequests(t)
}

func TestNoSecretIsLeftAnywhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	startKeyring(t, w)
	s := startProvider(t, w, lifetimes{login: shortLife})
	w.env["OP_SECRET"] = clientSecret
	w.configure(t,
		s.profile("public", "cli", offline...),
		s.profile("basic", "basic", append(offline, `client_secret_env = "OP_SECRET"`)...),
		s.profile("post", "post", append(offline, `client_secret_env = "OP_SECRET"`,
			`token_endpoint_auth_method = "client_secret_post"`)...))
	w.sitDown(t, "browser-allow")
	w.write(t, w.path("secrets"), `{"name":"client_secret","value":`+quoteJSON(clientSecret)+"}\n")

	// Twice each: the first logs in, the second refreshes.
	trace := filepath.Join(w.home, "trace.log")
	for _, name := range []string{"public", "basic", "post"} {
		for range 2 {
			said := w.oauthget(t, "token", "-v", "--trace", name)
			said.token(t)
			if !strings.Contains(said.stderr, "/token") {
				t.Errorf("the trace does not show the token request: %v", said)
			}
			w.expectNoSecret(t, "stderr of "+name, said.stderr)
		}
		w.page(t).expectSuccess(t)
		w.oauthget(t, "token", "--force", "--trace="+trace, name).token(t)
		w.expectNoSecret(t, "status of "+name, w.oauthget(t, "status", "-v", name).stderr)
		said := w.oauthget(t, "logout", "--trace", name)
		w.expectNoSecret(t, "logout of "+name, said.stdout+said.stderr)
		os.Remove(filepath.Join(w.bin, "page"))
	}
	if info, err := os.Stat(trace); err != nil || info.Size() == 0 {
		t.Errorf("--trace=FILE wrote nothing: %v", err)
	}
	w.expectNoSecretInHome(t)
}

// expectNoSecretInHome searches every file below HOME: configuration, state, cache, data and trace.
func (w *world) expectNoSecretInHome(t *testing.T) {
	t.Helper()
	w.eachFile(t, func(name, data string) { w.expectNoSecret(t, name, name+"\n"+data) })
}

// eachFile reads every file below HOME.
func (w *world) eachFile(t *testing.T, look func(name, data string)) {
	t.Helper()
	files := 0
	err := filepath.WalkDir(w.home, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(w.home, path)
		look(name, string(data))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 2 {
		t.Errorf("only %d files below HOME: the search proves nothing", files)
	}
}

// expectNoSecret searches for all secrets that the server has seen or issued, in clear and as they are encoded in requests.
func (w *world) expectNoSecret(t *testing.T, where, text string) {
	t.Helper()
	secrets := w.secrets(t)
	for _, name := range []string{"code", "code_verifier", "access_token", "refresh_token"} {
		if len(secrets[name]) == 0 {
			t.Fatalf("the server has seen no %s: the search proves nothing", name)
		}
	}
	expectNone(t, secrets, where, text)
}

func expectNone(t *testing.T, secrets map[string][]string, where, text string) {
	t.Helper()
	for name, values := range secrets {
		for _, value := range values {
			if form := holds(text, value); form != "" {
				t.Errorf("%s holds a %s (%s)", where, name, form)
			}
		}
	}
}

// holds returns the form in which the text has the secret, or "".
func holds(text, secret string) string {
	for name, form := range map[string]string{
		"plain or cut": secret[:len(secret)*3/4],
		"query":        url.QueryEscape(secret),
		"path":         url.PathEscape(secret),
		"JSON":         strings.Trim(quoteJSON(secret), `"`),
		"base64":       base64.StdEncoding.EncodeToString([]byte(secret)),
		"as Basic":     basic("basic", secret),
	} {
		if strings.Contains(text, form) {
			return name
		}
	}
	return ""
}

// secrets returns the secrets that the server has recorded, by name.
func (w *world) secrets(t *testing.T) map[string][]string {
	t.Helper()
	data, err := os.ReadFile(w.path("secrets"))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string][]string{}
	for line := range bytes.Lines(data) {
		var secret struct{ Name, Value string }
		if err := json.Unmarshal(line, &secret); err != nil {
			t.Fatal(err)
		}
		found[secret.Name] = append(found[secret.Name], secret.Value)
	}
	return found
}

// basic returns what follows "Basic " (RFC 6749 §2.3.1).
func basic(client, secret string) string {
	return base64.StdEncoding.EncodeToString([]byte(url.QueryEscape(client) + ":" + url.QueryEscape(secret)))
}

func quoteJSON(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}
