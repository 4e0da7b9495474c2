//go:build interop && linux

package interop

import (
	"encoding/json"
	"os/exec"
	"strings"
	"testing"
)

// peer is a server that is tested once: login, reuse, refresh, logout, denial, wrong secret. docs/internals/interop.md has a line for
// each test.
type peer struct {
	public       string // client_id
	confidential string // client_id of a client with a secret
	secret       string
	offline      string // the scope for a refresh token
	userinfo     string // path below the issuer; empty if there is none
	paths        struct{ token, revoke string }
	forgets      bool // the server lets this public client revoke
}

func (p peer) profile(s *server, name, clientID string, lines ...string) string {
	return s.profile(name, clientID, append([]string{`scopes = ["openid", "` + p.offline + `"]`}, lines...)...)
}

// walkPeer logs in once with each client.
func walkPeer(t *testing.T, w *world, s *server, p peer) {
	t.Helper()
	startKeyring(t, w)
	w.env["OP_SECRET"] = p.secret
	w.configure(t,
		p.profile(s, "public", p.public),
		p.profile(s, "confidential", p.confidential, `client_secret_env = "OP_SECRET"`),
		p.profile(s, "wrong", p.confidential, `client_secret_env = "HOME"`))
	// First, since a server may remember the consent.
	t.Run("denial", func(t *testing.T) {
		w.sitDown(t, "browser-deny")
		w.oauthget(t, "token", "public").expectFailure(t, 5)
		if seen := w.page(t); strings.Contains(seen.Text, "You are signed in") {
			t.Error("the page claims success")
		}
	})
	for _, name := range []string{"public", "confidential"} {
		t.Run(name, func(t *testing.T) {
			w.sitDown(t, "browser-allow")
			first := w.oauthget(t, "token", name)
			token := first.token(t)
			w.page(t).expectSuccess(t)
			s.requests(t)

			again := w.oauthget(t, "token", name)
			if again.token(t) != token {
				t.Error("the second call prints another token")
			}
			again.expectSilence(t)
			s.expectRequests(t)
			if p.userinfo != "" {
				if got := userinfo(t, w, s.issuer+p.userinfo, token); got["sub"] == nil {
					t.Errorf("userinfo: %v", got)
				}
				s.requests(t)
			}

			for range 2 { // the second refresh proves that the first has stored the rotated token
				refreshed := w.oauthget(t, "token", name, "--force", "--no-input")
				if refreshed.token(t) == token {
					t.Error("the refresh brought the same token")
				}
				token = refreshed.token(t)
				refreshed.expectSilence(t)
				s.expectRequests(t, "POST "+p.paths.token+" 200 refresh_token")
			}
			if id := w.oauthget(t, "token", name, "-o", "id_token").token(t); strings.Count(id, ".") != 2 {
				t.Error("the ID Token is no JWT")
			}

			out := w.oauthget(t, "logout", name)
			if out.status != 0 {
				t.Errorf("logout: %v", out)
			}
			if revoked := strings.Contains(out.stderr, "oauthget: revoked the "); revoked != (p.forgets || name != "public") {
				t.Errorf("revoked: %v: %v", revoked, out)
			}
			if n := count(s.requests(t), func(r request) bool { return r.Path == p.paths.revoke }); n == 0 {
				t.Error("the server was not asked to revoke")
			}
			w.oauthget(t, "token", name, "--no-input").expectFailure(t, 4)
			secrets := w.secrets(t)
			for _, o := range []outcome{first, again, out} {
				expectNone(t, secrets, "stderr", o.stderr)
			}
			w.eachFile(t, func(name, data string) { expectNone(t, secrets, name, name+"\n"+data) })
		})
	}
	t.Run("wrong_secret", func(t *testing.T) {
		w.sitDown(t, "browser-allow")
		failed := w.oauthget(t, "token", "wrong")
		failed.expectFailure(t, 6)
		if !strings.Contains(failed.stderr, "invalid_client") {
			t.Errorf("the server's error is not named: %v", failed)
		}
	})
}

// TestFosite walks through a server in Go that sends no iss.
func TestFosite(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	cmd := exec.Command(interopFile(t, "bin", "fosite"))
	cmd.Env = append(w.environ(), "CLIENT_SECRET="+clientSecret, "SECRETS_FILE="+w.path("secrets"))
	need(t, interopFile(t, "bin", "fosite"))
	p := peer{public: "cli", confidential: "basic", secret: clientSecret, offline: "offline", forgets: true}
	p.paths.token, p.paths.revoke = "/token", "/revoke"
	walkPeer(t, w, startServer(t, cmd), p)
}

// TestBetterAuth walks through a server that registers its clients itself and compares redirect URIs by RFC 8252 §7.3.
func TestBetterAuth(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	need(t, "node", interopFile(t, "node_modules", "better-auth", "package.json"))
	cmd := exec.Command("node", interopFile(t, "better-auth.mjs"))
	cmd.Env = append(w.environ(), "SECRETS_FILE="+w.path("secrets"))
	s := startServer(t, cmd)
	var ready struct {
		Clients map[string]struct {
			ID     string `json:"client_id"`
			Secret string `json:"client_secret"`
		}
	}
	if err := json.Unmarshal([]byte(s.ready), &ready); err != nil {
		t.Fatal(err)
	}
	public, confidential := ready.Clients["public"], ready.Clients["confidential"]
	p := peer{
		public: public.ID, confidential: confidential.ID, secret: confidential.Secret, offline: "offline_access",
		userinfo: "/oauth2/userinfo", forgets: true,
	}
	p.paths.token, p.paths.revoke = "/api/auth/oauth2/token", "/api/auth/oauth2/revoke"
	walkPeer(t, w, s, p)
}
