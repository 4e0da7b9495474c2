package doctor

import (
	"crypto/tls"
	"crypto/x509"
	"maps"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/oauthget/oauthget/internal/clientauth"
	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/discovery"
	"github.com/oauthget/oauthget/internal/flow"
)

// sound are a profile and a server that agree in everything.
func sound() (config.Profile, discovery.Metadata) {
	p := config.Profile{
		Issuer: "https://as.example", ClientID: "cli", Grant: config.GrantAuthorizationCode, PKCE: true,
		ResponseMode: "query", RedirectURI: config.DefaultRedirectURI, Scopes: []string{"openid", "offline_access"},
		OpenID: config.OpenID{Nonce: true},
	}
	m := discovery.Metadata{
		Issuer: "https://as.example", JWKSURI: "https://as.example/jwks",
		CodeChallengeMethodsSupported: []string{"S256"}, ScopesSupported: []string{"openid", "offline_access"},
		GrantTypesSupported:               []string{"authorization_code", "refresh_token"},
		TokenEndpointAuthMethodsSupported: []string{"none", "client_secret_basic"},
		ResponseModesSupported:            []string{"query", "form_post"},
	}
	m.AuthorizationEndpoint, m.TokenEndpoint, m.RevocationEndpoint = "https://as.example/a", "https://as.example/t", "https://as.example/r"
	return p, m
}

// worst is the finding of a check that is the worst.
func worst(found []Finding, check string) Finding {
	result := Finding{Status: OK}
	for _, f := range found {
		if f.Check == check && (f.Status == Fail || f.Status == Warn && result.Status == OK) {
			result = f
		}
	}
	return result
}

func TestWhatAgreesIsFine(t *testing.T) {
	p, m := sound()
	for _, f := range append(Metadata(p, m), Redirect(p)...) {
		if f.Status != OK || f.Do != "" || f.Detail == "" {
			t.Errorf("%+v", f)
		}
	}
}

func TestWhatDoesNotAgreeIsFoundAndSaysWhatToDo(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*config.Profile, *discovery.Metadata)
		check  string
		want   Status
		detail string
	}{
		"grant not listed": {func(p *config.Profile, _ *discovery.Metadata) { p.Grant = config.GrantTokenExchange }, "grant", Warn, "token-exchange"},
		"plain PKCE":       {func(_ *config.Profile, m *discovery.Metadata) { m.CodeChallengeMethodsSupported = []string{"plain"} }, "pkce", Warn, "plain"},
		"PKCE off":         {func(p *config.Profile, _ *discovery.Metadata) { p.PKCE = false }, "pkce", Warn, "off"},
		"nonce off": {func(p *config.Profile, m *discovery.Metadata) {
			p.OpenID.Nonce, m.CodeChallengeMethodsSupported = false, nil
		}, "nonce", Warn, "off"},
		"scope not listed":      {func(p *config.Profile, _ *discovery.Metadata) { p.Scopes = []string{"offline_access", "other"} }, "scopes", Warn, "other"},
		"offline_access":        {func(p *config.Profile, _ *discovery.Metadata) { p.Scopes = []string{"openid"} }, "refresh", Warn, "refresh token"},
		"no keys":               {func(_ *config.Profile, m *discovery.Metadata) { m.JWKSURI = "" }, "id token", Warn, "jwks_uri"},
		"dpop":                  {func(p *config.Profile, _ *discovery.Metadata) { p.DPoP = true }, "dpop", Warn, "is refused"},
		"dpop, or not":          {func(p *config.Profile, _ *discovery.Metadata) { p.DPoP, p.DPoPAllowBearer = true, true }, "dpop", Warn, "is taken"},
		"a list with an escape": {func(_ *config.Profile, m *discovery.Metadata) { m.CodeChallengeMethodsSupported = []string{"\x1b[31m"} }, "pkce", Warn, "knows"},
	} {
		p, m := sound()
		c.change(&p, &m)
		f := worst(Metadata(p, m), c.check)
		if f.Status != c.want || !strings.Contains(f.Detail, c.detail) || f.Do == "" || strings.ContainsAny(f.Detail, "\x1b\n") {
			t.Errorf("%s: %+v", name, f)
		}
	}
}

func TestMethodThatIsNotListedMayWorkAllTheSame(t *testing.T) {
	for _, c := range []struct {
		method    string
		supported []string
		want      Status
		detail    string
	}{
		{"client_secret_basic", nil, OK, "client_secret_basic"},
		{"client_secret_basic", []string{"none", "client_secret_basic"}, OK, "client_secret_basic"},
		{"private_key_jwt", []string{"client_secret_basic"}, Warn, "does not list private_key_jwt: client_secret_basic"},
		{"none", []string{"client_secret_basic"}, Warn, "no public clients"},
	} {
		f := Authentication(c.method, c.supported)
		if f.Status != c.want || !strings.Contains(f.Detail, c.detail) || (f.Do == "") != (c.want == OK) {
			t.Errorf("%+v", f)
		}
	}
}

// TestRedirectRulesOfKnownServers has a row for each rule, and one that it lets pass.
func TestRedirectRulesOfKnownServers(t *testing.T) {
	for _, c := range []struct {
		issuer, redirect string
		want             Status
	}{
		{"https://login.microsoftonline.com/tenant/v2.0", "http://127.0.0.1/callback", Warn},
		{"https://login.microsoftonline.com/tenant/v2.0", "http://localhost/callback", OK},
		{"https://accounts.spotify.com", "http://localhost/callback", Fail},
		{"https://accounts.spotify.com", "http://127.0.0.1/callback", OK},
		{"https://dev-1.okta.com", "http://127.0.0.1/callback", Warn},
		{"https://dev-1.okta.com", "http://127.0.0.1:8400/callback", OK},
		{"https://dev-1.oktapreview.com", "http://127.0.0.1/callback", Warn},
		{"https://api.x.com", "http://127.0.0.1:8400/callback", Warn},
		{"https://api.x.com", "http://localhost:8400/callback", OK},
		{"https://notx.com", "http://127.0.0.1/callback", OK},
	} {
		f := Redirect(config.Profile{Issuer: c.issuer, RedirectURI: c.redirect, Grant: config.GrantAuthorizationCode})
		if len(f) != 1 || f[0].Status != c.want {
			t.Errorf("%s %s: %+v", c.issuer, c.redirect, f)
		}
	}
}

func TestClockConnectionAndProxyAreJudged(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	with := func(version uint16, left time.Duration) *tls.ConnectionState {
		return &tls.ConnectionState{Version: version, PeerCertificates: []*x509.Certificate{{NotAfter: now.Add(left)}}}
	}
	// Date counts in whole seconds: on the same machine it is up to a second behind.
	for _, late := range []time.Duration{0, 400 * time.Millisecond, 999 * time.Millisecond, 1300 * time.Millisecond} {
		if f := Clock(now, now.Add(late)); f.Status != OK || f.Detail != "the same as the server's" {
			t.Errorf("%s: %+v", late, f)
		}
	}
	for name, c := range map[string]struct {
		got  Finding
		want Status
	}{
		"the same time": {Clock(now.Add(-2*time.Second), now), OK},
		"ahead":         {Clock(now.Add(-2*time.Minute), now), Fail},
		"behind":        {Clock(now.Add(2*time.Minute), now), Fail},
		"no date":       {Clock(time.Time{}, now), Warn},
		"plain":         {Connection(nil, now), OK},
		"good":          {Connection(with(tls.VersionTLS13, 1000*time.Hour), now), OK},
		"old":           {Connection(with(tls.VersionTLS11, 1000*time.Hour), now), Warn},
		"ends soon":     {Connection(with(tls.VersionTLS13, time.Hour), now), Warn},
		"no proxy":      {Proxy(nil), OK},
		"proxy":         {Proxy(&url.URL{Scheme: "http", Host: "proxy:3128", User: url.UserPassword("u", "canary-p")}), OK},
	} {
		if c.got.Status != c.want || (c.want != OK) != (c.got.Do != "") || strings.Contains(c.got.Detail, "canary") {
			t.Errorf("%s: %+v", name, c.got)
		}
	}
}

func TestRevocationIsJudgedByTheMethodsOfItsEndpoint(t *testing.T) {
	list := func(methods ...string) []string { return methods }
	for name, c := range map[string]struct {
		method                    clientauth.Method
		endpoint                  string
		revocation, introspection []string
		want                      map[string]Status
	}{
		"nothing listed":             {clientauth.None, "https://as.example/r", nil, nil, map[string]Status{"revocation": OK}},
		"no endpoint":                {clientauth.None, "", nil, nil, map[string]Status{"revocation": Warn}},
		"public, and only a secret":  {clientauth.None, "https://as.example/r", list("client_secret_basic"), list("client_secret_basic"), map[string]Status{"revocation": Warn, "introspection": Warn}},
		"public, and listed":         {clientauth.None, "https://as.example/r", list("client_secret_basic", "none"), list("none"), map[string]Status{"revocation": OK}},
		"a secret, sent another way": {clientauth.Post, "https://as.example/r", list("client_secret_basic"), list("client_secret_basic"), map[string]Status{"revocation": OK}},
		"a key, and only a secret":   {clientauth.PrivateKeyJWT, "https://as.example/r", list("client_secret_basic"), nil, map[string]Status{"revocation": Warn}},
	} {
		var m discovery.Metadata
		m.RevocationEndpoint, m.IntrospectionEndpoint = c.endpoint, "https://as.example/i"
		m.RevocationEndpointAuthMethodsSupported, m.IntrospectionEndpointAuthMethodsSupported = c.revocation, c.introspection
		got := map[string]Status{}
		for _, f := range Revocation(&flow.Client{Server: m, Auth: clientauth.Client{Method: c.method}}, m) {
			if got[f.Check] = f.Status; (f.Status == OK) != (f.Do == "") {
				t.Errorf("%s: %+v", name, f)
			}
		}
		if !maps.Equal(got, c.want) {
			t.Errorf("%s: %v", name, got)
		}
	}
}
