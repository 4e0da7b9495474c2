//go:build interop && linux

package interop

import (
	"os/exec"
	"strings"
	"testing"
)

func TestDeniedConsentEndsWithFive(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	k := startKeyring(t, w)
	s := startProvider(t, w, lifetimes{})
	w.configure(t, s.profile("op", "cli", offline...))
	w.sitDown(t, "browser-deny")

	w.oauthget(t, "token", "op").expectFailure(t, 5)
	if seen := w.page(t); strings.Contains(seen.Text, "You are signed in") || !strings.Contains(seen.Text, "not granted") {
		t.Errorf("page at the redirect URI: status %d: %q", seen.Status, seen.Text)
	}
	if items := k.items(t); items != "" {
		t.Error("something was stored")
	}
}

func TestEachLoopbackHostIsAReturnAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	startKeyring(t, w)
	s := startProvider(t, w, lifetimes{})
	hosts := map[string]string{"ipv4": "127.0.0.1", "ipv6": "[::1]", "localhost": "localhost"}
	var profiles []string
	for name, host := range hosts {
		profiles = append(profiles, s.profile(name, "cli", append(offline, `redirect_uri = "http://`+host+`/callback"`)...))
	}
	w.configure(t, profiles...)
	w.sitDown(t, "browser-allow")
	for name, host := range hosts {
		t.Run(name, func(t *testing.T) {
			w.oauthget(t, "token", name).token(t)
			seen := w.page(t)
			seen.expectSuccess(t)
			if !strings.HasPrefix(seen.URL, "http://"+host+":") {
				t.Errorf("returned to %q", seen.URL)
			}
		})
	}
}

func TestConfidentialClientsAuthenticateAtLoginAndRefresh(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	startKeyring(t, w)
	s := startProvider(t, w, lifetimes{login: 2})
	file := w.path("client-secret")
	w.write(t, file, clientSecret+"\n")
	w.env["OP_SECRET"] = clientSecret
	sources := map[string]string{
		"env":     `client_secret_env = "OP_SECRET"`,
		"file":    `client_secret_file = "` + file + `"`,
		"command": `client_secret_command = ["cat", "` + file + `"]`,
	}
	methods := map[string]string{"basic": "client_secret_basic", "post": "client_secret_post"}
	var profiles []string
	for client, method := range methods {
		for source, line := range sources {
			profiles = append(profiles, s.profile(client+"-"+source, client,
				append(offline, line, `token_endpoint_auth_method = "`+method+`"`)...))
		}
	}
	// Without a method in the profile, the one that is configured and that the metadata supports.
	profiles = append(profiles, s.profile("basic-unsaid", "basic", append(offline, sources["env"])...))
	w.configure(t, profiles...)
	w.sitDown(t, "browser-allow")
	for _, name := range []string{
		"basic-env", "basic-file", "basic-command", "basic-unsaid", "post-env", "post-file", "post-command",
	} {
		t.Run(name, func(t *testing.T) {
			first := w.oauthget(t, "token", name).token(t)
			w.page(t).expectSuccess(t)
			s.requests(t)
			// Two seconds are less than --min-ttl.
			if w.oauthget(t, "token", "--no-input", name).token(t) == first {
				t.Error("the short-lived token was not refreshed")
			}
			s.expectRequests(t, "POST /token 200 refresh_token")
		})
	}
}

func TestWrongClientSecretEndsWithSix(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	startKeyring(t, w)
	s := startProvider(t, w, lifetimes{})
	w.env["OP_SECRET"] = "not-it"
	w.configure(t, s.profile("op", "basic", append(offline, `client_secret_env = "OP_SECRET"`)...))
	w.sitDown(t, "browser-allow")

	failed := w.oauthget(t, "token", "op")
	failed.expectFailure(t, 6)
	if !strings.Contains(failed.stderr, "invalid_client") {
		t.Errorf("the server's error is not named: %v", failed)
	}
	if seen := w.page(t); strings.Contains(seen.Text, "You are signed in") {
		t.Error("the page claims success before the code was redeemed")
	}
}

func TestMetadataIsDiscovered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := startProvider(t, w, lifetimes{})
	found := w.oauthget(t, "discover", s.issuer)
	if found.status != 0 {
		t.Fatalf("discover: %v", found)
	}
	for _, want := range []string{s.issuer + "/auth", s.issuer + "/token", s.issuer + "/me"} {
		if !strings.Contains(found.stdout, want) {
			t.Errorf("%s is not shown:\n%s", want, found.stdout)
		}
	}
}

func TestNoInputNeverOpensABrowser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	startKeyring(t, w)
	s := startProvider(t, w, lifetimes{})
	w.configure(t, s.profile("op", "cli", offline...))
	w.sitDown(t, "browser-allow")
	w.oauthget(t, "token", "--no-input", "op").expectFailure(t, 4)
	if w.opened() || count(s.requests(t), authorized) > 0 {
		t.Error("a browser was opened")
	}
}

func TestCurlReadsTheTokenFromItsConfig(t *testing.T) {
	t.Parallel()
	need(t, "curl")
	w := newWorld(t)
	startKeyring(t, w)
	s := startProvider(t, w, lifetimes{})
	w.configure(t, s.profile("op", "cli", offline...))
	w.sitDown(t, "browser-allow")
	script := `"$0" token op -o curl | curl --silent --fail --max-time 20 --config - "$1"`
	got := w.run(t, exec.Command("sh", "-c", script, product(t), s.issuer+"/me"))
	if got.status != 0 || !strings.Contains(got.stdout, `"sub":"`+user+`"`) {
		t.Errorf("userinfo: %v\n%s", got, got.stdout)
	}
}
