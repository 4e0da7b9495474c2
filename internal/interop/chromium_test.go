//go:build interop && linux

package interop

import (
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"regexp"
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

// The window is 1000 × 560 pixels, as on a small laptop with the browser's bars. See browser.mjs.
func TestPagesOfTheDemoShowTheirButtonsAndTheBarHoldsNoCode(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	demo := exec.Command(product(t), "demo", "--serve", "--listen", "127.0.0.1:0")
	demo.Env = w.environ()
	issuer := regexp.MustCompile(`http://\S+`)
	server := ""
	for line := range start(t, demo, "").lines {
		if server = issuer.FindString(line); server != "" {
			break
		}
	}
	w.configure(t, `[profiles.practice]
issuer = "`+server+`"
client_id = "demo"
scopes = ["openid", "profile", "offline_access", "orders:read"]
store = "none"`)
	w.sitDownAtChromium(t)

	w.oauthget(t, "token", "practice").token(t)
	end := w.page(t)
	end.expectSuccess(t)
	if end.Lowest == 0 || end.Lowest > 560 {
		t.Errorf("a button ends at %.0f pixels", end.Lowest)
	}
	for _, want := range []string{"You are signed in to " + strings.TrimPrefix(server, "http://") + " as ada", "Profile practice"} {
		if !strings.Contains(end.Text, want) {
			t.Errorf("the page does not say %q: %q", want, end.Text)
		}
	}
}

// expectSuccess checks that the page reports success and nothing else, at an address without the code.
func (p page) expectSuccess(t *testing.T) {
	t.Helper()
	if p.Status != http.StatusOK || !strings.Contains(p.Text, "You are signed in") || strings.Contains(p.URL, "?") {
		t.Errorf("page at %s: status %d: %q", p.URL, p.Status, p.Text)
	}
}

// The certificate is one as of mkcert. Chromium is told to trust its key, as mkcert -install has it trust the authority.
func TestHTTPSRedirectURIInChromium(t *testing.T) {
	t.Parallel()
	oidcProvider.installed(t)
	w := newWorld(t)
	port := freePort(t)
	redirect := fmt.Sprintf("https://localhost:%d/callback", port)
	key := newKey(t, "ES256")
	certificate := certify(t, newAuthority(t), key, &x509.Certificate{
		Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	})
	hash := sha256.Sum256(certificate.RawSubjectPublicKeyInfo)
	w.env["INTEROP_TRUST"] = base64.StdEncoding.EncodeToString(hash[:])
	cmd := exec.Command(oidcProvider.program, interopFile(t, oidcProvider.script))
	cmd.Env = append(w.environ(), "SECRETS_FILE="+w.path("secrets"), "TOLD="+w.tell(t, told{Clients: []map[string]any{{
		"client_id": "secure", "application_type": "web", "token_endpoint_auth_method": "none", "redirect_uris": []string{redirect},
	}}}))
	s := startServer(t, cmd)
	w.configure(t, s.profile("op", "secure", `store = "none"`, `scopes = ["openid"]`, fmt.Sprintf("redirect_uri = %q", redirect),
		fmt.Sprintf("redirect_certificate_file = %q", w.keep(t, "localhost.pem", certificatePEM(certificate))),
		fmt.Sprintf("redirect_key_file = %q", w.keep(t, "localhost-key.pem", keyPEM(t, key)))))
	w.sitDownAtChromium(t)
	w.oauthget(t, "token", "op").token(t)
	end := w.page(t)
	end.expectSuccess(t)
	if end.URL != redirect {
		t.Errorf("the page is at %s", end.URL)
	}
}

// freePort returns a port of this machine that nobody has now.
func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}
