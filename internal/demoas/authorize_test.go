package demoas

import (
	"net/http"
	"strings"
	"testing"
)

func TestUnknownClientOrRedirectURINeverRedirects(t *testing.T) {
	t.Parallel()
	r := startApproving(t, Faults{})
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
}

func TestRequestErrorsAreToldToTheClient(t *testing.T) {
	t.Parallel()
	r := startApproving(t, Faults{})
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
}

func TestAuthorizationRequestMayBePosted(t *testing.T) {
	t.Parallel()
	r := startApproving(t, Faults{})
	if !post(t, r.Issuer()+"/authorize", with()).location(t).Query().Has("code") {
		t.Error("no code")
	}
}

func TestRedirectURIRules(t *testing.T) {
	t.Parallel()
	client := Client{RedirectURIs: []string{
		"http://127.0.0.1/callback", "http://[::1]:8400/callback?a=b", "http://localhost/",
		"https://app.example/cb", "com.example.app:/cb",
	}}
	for presented, want := range map[string]bool{
		"http://127.0.0.1/callback":                 true,
		"http://127.0.0.1:1/callback":               true,
		"http://127.0.0.1:65535/callback":           true,
		"http://[::1]:9/callback?a=b":               true,
		"http://localhost:9/":                       true,
		"https://app.example/cb":                    true,
		"com.example.app:/cb":                       true,
		"http://127.0.0.1:1/callback/":              false,
		"http://127.0.0.1:1/Callback":               false,
		"http://127.0.0.1:1/call%62ack":             false,
		"http://127.0.0.1:1/callback?x=y":           false,
		"http://127.0.0.1:1/callback#":              false,
		"http://127.0.0.1:1/x/../callback":          false,
		"https://127.0.0.1:1/callback":              false,
		"http://127.0.0.2:1/callback":               false,
		"http://127.1:1/callback":                   false,
		"http://localhost:1/callback":               false,
		"http://[::1]:9/callback":                   false,
		"http://user@127.0.0.1:1/callback":          false,
		"http://127.0.0.1:1@evil.example/callback":  false,
		`http://127.0.0.1:1\@evil.example/callback`: false,
		"http://127.0.0.1.evil.example/callback":    false,
		"https://app.example:443/cb":                false,
		"https://app.example/cb?x=y":                false,
		"https://APP.example/cb":                    false,
		"//127.0.0.1/callback":                      false,
		"com.example.app:/other":                    false,
		"":                                          false,
	} {
		if _, got := client.redirectURI(presented); got != want {
			t.Errorf("%q matches: %v, want %v", presented, got, want)
		}
	}
}

func TestQueryOfTheRedirectURIIsRetained(t *testing.T) {
	t.Parallel()
	r := start(t, Config{AutoApprove: true, Clients: []Client{{ID: "demo", RedirectURIs: []string{"https://app.example/cb?tenant=7"}}}})
	target := authorize(t, r, with("redirect_uri", "https://app.example/cb?tenant=7")).location(t)
	if target.Query().Get("tenant") != "7" || !target.Query().Has("code") {
		t.Errorf("redirected to %v", target.Redacted())
	}
}

func TestDenyAllAnswersAccessDenied(t *testing.T) {
	t.Parallel()
	r := start(t, Config{DenyAll: true, AutoApprove: true})
	query := authorize(t, r, with()).location(t).Query()
	if query.Get("error") != "access_denied" || query.Get("state") != "the state" || query.Has("code") {
		t.Errorf("response %v", query)
	}
}

func TestRedirectSourceIsOneSourceExpression(t *testing.T) {
	t.Parallel()
	for uri, want := range map[string]string{
		"http://127.0.0.1:8400/cb":       "http://127.0.0.1:8400",
		"http://[::1]:8400/cb":           "http:",
		"com.example.app:/cb":            "com.example.app:",
		"https://a.example;script-src/x": "https:",
	} {
		u, err := parseRedirectURI(uri)
		if err != nil {
			t.Fatal(err)
		}
		if got := redirectSource(u); got != want {
			t.Errorf("%s: %q, want %q", uri, got, want)
		}
	}
}
