//go:build interop && linux

package interop

import (
	"net/http"
	"os/exec"
	"strings"
	"testing"
)

func TestLoginInChromiumPutsOneTokenOnStdout(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	startKeyring(t, w)
	s := startProvider(t, w, lifetimes{})
	w.configure(t, s.profile("op", "cli", offline...))
	w.sitDownAtChromium(t)

	first := w.oauthget(t, "token", "op")
	token := first.token(t)
	w.page(t).expectSuccess(t)
	if n := strings.Count(first.stderr, "oauthget: continue in your browser: "+s.issuer); n != 1 {
		t.Errorf("the login announces itself %d times: %v", n, first)
	}
	if got := userinfo(t, w, s.issuer+"/me", token); got["sub"] != user {
		t.Errorf("userinfo by curl: %v", got)
	}

	s.requests(t)
	second := w.oauthget(t, "token", "op")
	if second.token(t) != token {
		t.Error("the second call prints another token")
	}
	second.expectSilence(t)
	s.expectRequests(t)
}

func TestShellTakesTheTokenWhileThePersonSignsInInChromium(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	startKeyring(t, w)
	s := startProvider(t, w, lifetimes{})
	w.configure(t, s.profile("op", "cli", append(offline, `redirect_uri = "http://localhost/callback"`)...))
	w.sitDownAtChromium(t)

	script := `T=$("$0" token op) && curl -sf --max-time 20 -H "Authorization: Bearer $T" "$1"`
	got := w.run(t, exec.Command("sh", "-c", script, product(t), s.issuer+"/me"))
	w.page(t).expectSuccess(t)
	if got.status != 0 || !strings.Contains(got.stdout, `"sub":"`+user+`"`) {
		t.Errorf("what the script prints: %v\n%s", got, got.stdout)
	}
}

// expectSuccess checks that the page reports success and nothing else.
func (p page) expectSuccess(t *testing.T) {
	t.Helper()
	if p.Status != http.StatusOK || !strings.Contains(p.Text, "You are signed in") {
		t.Errorf("page at the redirect URI: status %d: %q", p.Status, p.Text)
	}
}
