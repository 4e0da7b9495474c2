//go:build interop && linux

package interop

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/oauth2"
)

// These tests check the harness without the product. If one of them fails, failures of the others mean nothing.

// login runs the authorization code flow with golang.org/x/oauth2 alone. It returns the authorization response, and the token if
// there was a code.
func login(t *testing.T, config *oauth2.Config, browse func(address string)) (*oauth2.Token, url.Values) {
	t.Helper()
	var response url.Values
	callback := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/callback" {
			response = r.URL.Query()
			io.WriteString(w, "You are signed in")
		}
	}))
	defer callback.Close()
	config.RedirectURL = callback.URL + "/callback"
	verifier := oauth2.GenerateVerifier()
	address := config.AuthCodeURL("state", oauth2.S256ChallengeOption(verifier), oauth2.SetAuthURLParam("prompt", "consent"))
	browse(address)
	if !response.Has("code") {
		return nil, response
	}
	token, err := config.Exchange(t.Context(), response.Get("code"), oauth2.VerifierOption(verifier))
	if err != nil {
		t.Fatal(err)
	}
	return token, response
}

// asPerson visits a URL in this process.
func asPerson(t *testing.T, name string) func(string) {
	return func(address string) {
		if _, err := visit(address, persons[name]); err != nil {
			t.Fatal(err)
		}
	}
}

// providerConfig is the public client at oidc-provider.
func providerConfig(s *server) *oauth2.Config {
	return &oauth2.Config{
		ClientID: "cli",
		Scopes:   []string{"openid", "offline_access"},
		Endpoint: oauth2.Endpoint{AuthURL: s.issuer + "/auth", TokenURL: s.issuer + "/token", AuthStyle: oauth2.AuthStyleInParams},
	}
}

func TestHarnessSignsInAtTheProvider(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := startProvider(t, w, lifetimes{login: 2})
	config := providerConfig(s)
	if _, denied := login(t, config, asPerson(t, "browser-deny")); denied.Get("error") != "access_denied" || denied.Get("iss") != s.issuer {
		t.Errorf("the person who denies: %v", denied)
	}
	token, _ := login(t, config, asPerson(t, "browser-allow"))
	if token.ExpiresIn != 2 || token.RefreshToken == "" {
		t.Errorf("expires_in %d, refresh token of %d bytes", token.ExpiresIn, len(token.RefreshToken))
	}
	s.requests(t)
	again, err := config.TokenSource(t.Context(), &oauth2.Token{RefreshToken: token.RefreshToken}).Token()
	if err != nil {
		t.Fatal(err)
	}
	if again.ExpiresIn != 3600 || again.RefreshToken == token.RefreshToken {
		t.Errorf("refreshed: expires_in %d, rotated %v", again.ExpiresIn, again.RefreshToken != token.RefreshToken)
	}
	s.expectRequests(t, "POST /token 200 refresh_token")
	if got := userinfo(t, w, s.issuer+"/me", again.AccessToken); got["sub"] != user {
		t.Errorf("userinfo: %v", got)
	}
}

func TestHarnessDrivesChromium(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := startProvider(t, w, lifetimes{})
	w.sitDownAtChromium(t)
	_, response := login(t, providerConfig(s), func(address string) {
		opened := w.run(t, exec.Command(filepath.Join(w.bin, "xdg-open"), address))
		if opened.took > 2*time.Second {
			t.Errorf("the opener waits for the browser: %v", opened)
		}
		if seen := w.page(t); seen.Status != http.StatusOK || !strings.Contains(seen.Text, "You are signed in") {
			t.Errorf("page at the redirect URI: status %d: %q", seen.Status, seen.Text)
		}
	})
	if !response.Has("code") {
		t.Errorf("authorization response: %v", response)
	}
}

func TestHarnessSignsInAtDjango(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := startDjango(t, w, lifetimes{login: 2})
	config := &oauth2.Config{
		ClientID: "cli",
		Scopes:   []string{"openid", "read"},
		Endpoint: oauth2.Endpoint{AuthURL: s.issuer + "/authorize/", TokenURL: s.issuer + "/token/", AuthStyle: oauth2.AuthStyleInParams},
	}
	if _, denied := login(t, config, asPerson(t, "browser-deny")); denied.Get("error") != "access_denied" {
		t.Errorf("the person who denies: %v", denied)
	}
	token, _ := login(t, config, asPerson(t, "browser-allow"))
	if token.ExpiresIn != 2 || token.Extra("id_token") == nil {
		t.Errorf("expires_in %d, id_token %v", token.ExpiresIn, token.Extra("id_token") != nil)
	}
	again, err := config.TokenSource(t.Context(), &oauth2.Token{RefreshToken: token.RefreshToken}).Token()
	if err != nil {
		t.Fatal(err)
	}
	if again.ExpiresIn != 3600 || again.Extra("id_token") != nil {
		t.Errorf("refreshed: expires_in %d, id_token %v", again.ExpiresIn, again.Extra("id_token") != nil)
	}
	if n := count(s.requests(t), refreshed); n != 1 {
		t.Errorf("%d refreshes in the log, want 1", n)
	}
}

func TestHarnessKeepsASecretInTheKeyring(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	k := startKeyring(t, w)
	if found := k.items(t); found != "" {
		t.Fatalf("a new keyring is not empty: %s", found)
	}
	store := exec.Command("secret-tool", "store", "--label=x", "service", "oauthget", "username", "x")
	store.Stdin = strings.NewReader("kept")
	if stored := w.run(t, store); stored.status != 0 {
		t.Fatalf("secret-tool store: %v", stored)
	}
	if found := k.items(t); !strings.Contains(found, "secret = kept") {
		t.Errorf("not found again: %s", found)
	}
	k.lock(t)
	if found := k.items(t); strings.Contains(found, "kept") {
		t.Error("a locked keyring gives its secret away")
	}
}

func TestHarnessFindsADaemonThatDetached(t *testing.T) {
	t.Parallel()
	need(t, "setsid")
	w := newWorld(t)
	w.run(t, exec.Command("sh", "-c", "setsid sleep 60 >/dev/null 2>&1 &"))
	left := survivors("INTEROP_WORLD=" + w.dir)
	if len(left) != 1 {
		t.Errorf("found %v, want the one that sleeps", left)
	}
	for pid := range left {
		w.run(t, exec.Command("kill", "-9", strconv.Itoa(pid)))
	}
}

func TestHarnessHasBothLoopbackAddresses(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"127.0.0.1:0", "[::1]:0"} {
		l, err := net.Listen("tcp", address)
		if err != nil {
			t.Errorf("this machine's loopback: %v", err)
			continue
		}
		l.Close()
	}
}

// userinfo requests userinfo with the real curl, with the token outside its argv.
func userinfo(t *testing.T, w *world, address, token string) map[string]any {
	t.Helper()
	need(t, "curl")
	curl := exec.Command("curl", "--silent", "--show-error", "--fail", "--max-time", "20", "--config", "-", address)
	curl.Stdin = strings.NewReader(`header = "Authorization: Bearer ` + token + `"`)
	got := w.run(t, curl)
	claims := map[string]any{}
	if err := json.Unmarshal([]byte(got.stdout), &claims); err != nil {
		t.Fatalf("userinfo: %v: %v", err, got)
	}
	return claims
}
