package demoas

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestClientAuthentication(t *testing.T) {
	t.Parallel()
	const odd = `a:b c+d%e&ü` // what form-urlencoding is for
	r := start(t, Config{Clients: []Client{
		{ID: "public"},
		{ID: "basic:1", Secret: odd, AuthMethod: AuthClientSecretBasic},
		{ID: "post", Secret: odd, AuthMethod: AuthClientSecretPost},
		{ID: "either", Secret: odd},
	}})
	// A client that is let in gets as far as the unknown code.
	const in = "invalid_grant"
	for name, tt := range map[string]struct {
		user, password string // of the header, encoded already
		form           []string
		want           string
	}{
		"public":                      {form: []string{"client_id", "public"}, want: in},
		"public with a secret":        {form: []string{"client_id", "public", "client_secret", "x"}, want: "invalid_client"},
		"basic":                       {user: url.QueryEscape("basic:1"), password: url.QueryEscape(odd), want: in},
		"basic and client_id":         {user: url.QueryEscape("basic:1"), password: url.QueryEscape(odd), form: []string{"client_id", "basic:1"}, want: in},
		"basic and another client_id": {user: url.QueryEscape("basic:1"), password: url.QueryEscape(odd), form: []string{"client_id", "public"}, want: "invalid_request"},
		"basic not encoded":           {user: "either", password: odd, want: "invalid_client"},
		"basic, wrong secret":         {user: url.QueryEscape("basic:1"), password: "x", want: "invalid_client"},
		"basic by post":               {form: []string{"client_id", "basic:1", "client_secret", odd}, want: "invalid_client"},
		"post":                        {form: []string{"client_id", "post", "client_secret", odd}, want: in},
		"post by basic":               {user: "post", password: url.QueryEscape(odd), want: "invalid_client"},
		"post, wrong secret":          {form: []string{"client_id", "post", "client_secret", odd + "x"}, want: "invalid_client"},
		"either by basic":             {user: "either", password: url.QueryEscape(odd), want: in},
		"either by post":              {form: []string{"client_id", "either", "client_secret", odd}, want: in},
		"either without":              {form: []string{"client_id", "either"}, want: "invalid_client"},
		"both at once":                {user: "either", password: url.QueryEscape(odd), form: []string{"client_secret", odd}, want: "invalid_request"},
		"nobody":                      {want: "invalid_client"},
	} {
		t.Run(name, func(t *testing.T) {
			form := change(url.Values{"grant_type": {"authorization_code"}, "code": {"unknown"}}, tt.form)
			req := request(t, http.MethodPost, r.Issuer()+"/token", form)
			if tt.user != "" {
				req.SetBasicAuth(tt.user, tt.password)
			}
			a := send(t, req)
			status := http.StatusBadRequest
			if tt.want == "invalid_client" {
				status = http.StatusUnauthorized
			}
			a.wantError(t, status, tt.want)
			challenged := strings.HasPrefix(a.header.Get("WWW-Authenticate"), "Basic ")
			if want := status == http.StatusUnauthorized && tt.user != ""; challenged != want {
				t.Errorf("WWW-Authenticate %q", a.header.Get("WWW-Authenticate"))
			}
		})
	}
}

func TestConfigThatContradictsItselfIsRefused(t *testing.T) {
	t.Parallel()
	const issuer = "http://127.0.0.1:1"
	for name, tt := range map[string]struct {
		issuer string
		client Client
	}{
		"relative issuer":       {"/issuer", Client{ID: "a"}},
		"issuer with query":     {issuer + "?", Client{ID: "a"}},
		"issuer with fragment":  {issuer + "#", Client{ID: "a"}},
		"issuer with slash":     {issuer + "/", Client{ID: "a"}},
		"issuer with wildcard":  {issuer + "/{x}", Client{ID: "a"}},
		"no client_id":          {issuer, Client{}},
		"basic without secret":  {issuer, Client{ID: "a", AuthMethod: AuthClientSecretBasic}},
		"none with secret":      {issuer, Client{ID: "a", Secret: "s", AuthMethod: AuthNone}},
		"unknown method":        {issuer, Client{ID: "a", AuthMethod: "magic"}},
		"relative redirect URI": {issuer, Client{ID: "a", RedirectURIs: []string{"/cb"}}},
	} {
		if _, err := New(tt.issuer, Config{Clients: []Client{tt.client}}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := New(issuer, Config{Clients: []Client{{ID: "a"}, {ID: "a"}}}); err == nil {
		t.Error("the same client twice: no error")
	}
}
