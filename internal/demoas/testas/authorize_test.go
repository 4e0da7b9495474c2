package testas

import (
	"net/http"
	"strings"
	"testing"

	"github.com/oauthget/oauthget/internal/demoas"
)

func TestUnknownClientOrRedirectURINeverRedirects(t *testing.T) {
	t.Parallel()
	onBoth(t, demoas.Config{}, func(t *testing.T, r server) {
		for name, pairs := range map[string][]string{
			"unknown client":        {"client_id", "nobody"},
			"no client":             {"client_id", ""},
			"no redirect URI":       {"redirect_uri", ""},
			"another host":          {"redirect_uri", "http://evil.example/callback"},
			"another path":          {"redirect_uri", "http://127.0.0.1:1/other"},
			"a script":              {"redirect_uri", "javascript:alert(1)"},
			"a fragment":            {"redirect_uri", testRedirect + "#x"},
			"hostile text":          {"client_id", "<script>alert(1)</script>"},
			"nothing but an equals": {"redirect_uri", "="},
		} {
			t.Run(name, func(t *testing.T) {
				a := authorize(t, r, with(pairs...))
				if a.status != http.StatusBadRequest || a.header.Get("Location") != "" {
					t.Errorf("status %d, Location %q", a.status, a.header.Get("Location"))
				}
				if strings.Contains(a.body, "<script>") {
					t.Error("the page holds the text as markup")
				}
			})
		}
		for _, twice := range []string{"client_id", "redirect_uri"} {
			form := with()
			form.Add(twice, form.Get(twice))
			if a := authorize(t, r, form); a.status != http.StatusBadRequest || a.header.Get("Location") != "" {
				t.Errorf("%s twice: status %d, Location %q", twice, a.status, a.header.Get("Location"))
			}
		}
	})
}

func TestRequestErrorsAreToldToTheClient(t *testing.T) {
	t.Parallel()
	onBoth(t, demoas.Config{}, func(t *testing.T, r server) {
		for name, tt := range map[string]struct {
			want  string
			pairs []string
		}{
			"no response type":    {"invalid_request", []string{"response_type", ""}},
			"implicit":            {"unsupported_response_type", []string{"response_type", "token"}},
			"form_post":           {"invalid_request", []string{"response_mode", "form_post"}},
			"request object":      {"request_not_supported", []string{"request", "e30.e30."}},
			"request object URI":  {"request_uri_not_supported", []string{"request_uri", "https://x.example"}},
			"no PKCE":             {"invalid_request", []string{"code_challenge", "", "code_challenge_method", ""}},
			"plain":               {"invalid_request", []string{"code_challenge_method", "plain"}},
			"plain by default":    {"invalid_request", []string{"code_challenge_method", ""}},
			"method alone":        {"invalid_request", []string{"code_challenge", ""}},
			"short challenge":     {"invalid_request", []string{"code_challenge", "abc"}},
			"bad scope":           {"invalid_scope", []string{"scope", `orders:"read"`}},
			"none and login":      {"invalid_request", []string{"prompt", "none login"}},
			"max_age of nonsense": {"invalid_request", []string{"max_age", "-1"}},
			"relative resource":   {"invalid_target", []string{"resource", "/orders"}},
			"resource fragment":   {"invalid_target", []string{"resource", "https://api.example/#x"}},
		} {
			t.Run(name, func(t *testing.T) {
				a := authorize(t, r, with(tt.pairs...))
				query := a.location(t).Query()
				if a.status != http.StatusSeeOther || query.Get("error") != tt.want || query.Get("state") != "the state" ||
					query.Get("iss") != r.Issuer() || query.Has("code") {
					t.Errorf("status %d, response %v, want %s", a.status, query, tt.want)
				}
			})
		}
		form := with()
		form.Add("scope", "orders:read")
		if got := authorize(t, r, form).location(t).Query().Get("error"); got != "invalid_request" {
			t.Errorf("scope twice: %q", got)
		}
	})
}

func TestAuthorizationRequestMayBePosted(t *testing.T) {
	t.Parallel()
	r := startApproving(t, Faults{})
	if !post(t, r.Issuer()+"/authorize", with()).location(t).Query().Has("code") {
		t.Error("no code")
	}
}

func TestQueryOfTheRedirectURIIsRetained(t *testing.T) {
	t.Parallel()
	onBoth(t, demoas.Config{Clients: []demoas.Client{{ID: "demo", RedirectURIs: []string{"https://app.example/cb?tenant=7"}}}}, func(t *testing.T, r server) {
		target := allowed(t, r, with("redirect_uri", "https://app.example/cb?tenant=7"))
		if target.Query().Get("tenant") != "7" || !target.Query().Has("code") {
			t.Errorf("redirected to %v", target.Redacted())
		}
	})
}

func TestDenyAllAnswersAccessDenied(t *testing.T) {
	t.Parallel()
	r := start(t, Config{DenyAll: true, AutoApprove: true})
	query := authorize(t, r, with()).location(t).Query()
	if query.Get("error") != "access_denied" || query.Get("state") != "the state" || query.Has("code") {
		t.Errorf("response %v", query)
	}
}
