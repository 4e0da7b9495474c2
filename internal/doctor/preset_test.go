package doctor

import (
	"net/url"
	"strings"
	"testing"

	"github.com/oauthget/oauthget/internal/config"
)

func TestPresetsRulesAreChecked(t *testing.T) {
	entra := map[string][]string{"preset": {"entra"}, "preset_variables": {"tenant=8eaef023-2b34-4da1-9baa-8bc8c9d6a490"}, "client_id": {"c"}}
	github := map[string][]string{"preset": {"github"}, "client_id": {"c"}, "client_secret_env": {"S"}}
	with := func(base map[string][]string, key string, values ...string) map[string][]string {
		changed := map[string][]string{key: values}
		for k, v := range base {
			if k != key {
				changed[k] = v
			}
		}
		return changed
	}
	for name, c := range map[string]struct {
		flags  map[string][]string
		check  string
		want   Status
		detail string
	}{
		"github":                       {github, "redirect uri", OK, ""},
		"github, without a secret":     {with(github, "client_secret_env"), "client secret", Fail, "GitHub wants one, and the profile has none"},
		"github, the device grant":     {with(with(github, "client_secret_env"), "grant", "device_code"), "client secret", OK, ""},
		"github, without redirect":     {with(with(github, "grant", "device_code"), "redirect_uri", "http://127.0.0.1/a"), "redirect uri", OK, ""},
		"entra":                        {entra, "refresh", OK, ""},
		"entra, no offline_access":     {with(entra, "scopes", "openid"), "refresh", Warn, "gives no refresh token without the scope offline_access"},
		"slack, with a secret":         {map[string][]string{"preset": {"slack"}, "client_id": {"c"}, "client_secret_env": {"S"}}, "client secret", Warn, "a client of this kind has none"},
		"figma, without a port":        {map[string][]string{"preset": {"figma"}, "client_id": {"c"}, "client_secret_env": {"S"}, "redirect_uri": {"http://localhost/callback"}}, "redirect uri", Warn, "port"},
		"figma, with ports to try":     {map[string][]string{"preset": {"figma"}, "client_id": {"c"}, "client_secret_env": {"S"}, "redirect_uri": {"http://localhost/callback"}, "redirect_ports": {"8400 8401"}}, "redirect uri", OK, ""},
		"github, something in front":   {with(with(github, "redirect_uri", "https://app.example/callback"), "listen_address", "127.0.0.1:8400"), "redirect uri", OK, ""},
		"okta compares the port":       {map[string][]string{"preset": {"okta-org"}, "preset_variables": {"domain=integrator-1.okta.com"}, "client_id": {"c"}, "redirect_uri": {"http://localhost/callback"}}, "redirect uri", Fail, "compares the port"},
		"a profile without any preset": {map[string][]string{"issuer": {"https://as.example"}, "client_id": {"c"}}, "client secret", OK, ""},
	} {
		p, _, err := config.Resolve(config.Input{Flags: c.flags})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		f := worst(Preset(p), c.check)
		if f.Status != c.want || !strings.Contains(f.Detail, c.detail) || (f.Do == "") != (c.want == OK) {
			t.Errorf("%s: %+v", name, f)
		}
	}
}

func TestDialectIsTold(t *testing.T) {
	p := config.Profile{Dialect: config.Dialect{ScopeDelimiter: ",", RefreshEndpoint: "https://as.example/refresh"}, Endpoints: config.Endpoints{TokenEndpoint: "https://as.example/token"}}
	if f := Dialect(p); len(f) != 1 || f[0].Status != OK || f[0].Detail != "by scope_delimiter, refresh_endpoint" {
		t.Errorf("%+v", f)
	}
	p.RefreshEndpoint = "https://other.example/refresh"
	if f := worst(Dialect(p), "refresh"); f.Status != Warn {
		t.Errorf("%+v", f)
	}
	p.TokenResponse = url.Values{"access_token": {"/data/access_token"}}
	if f := worst(Dialect(p), "dialect"); f.Status != Warn {
		t.Errorf("%+v", f)
	}
	if f := Dialect(config.Profile{}); f != nil {
		t.Errorf("%+v", f)
	}
	scopes := config.Profile{Scopes: []string{"orders:read,orders:write"}, Grant: config.GrantAuthorizationCode, PKCE: true}
	_, m := sound()
	m.ScopesSupported = []string{"orders:read", "orders:write"}
	if f := worst(Metadata(scopes, m), "scopes"); !strings.Contains(f.Do, `scope_delimiter = ","`) {
		t.Errorf("%+v", f)
	}
}
