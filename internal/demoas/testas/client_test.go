package testas

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/oauthget/oauthget/internal/demoas"
)

func TestClientAuthentication(t *testing.T) {
	t.Parallel()
	const odd = `a:b c+d%e&ü` // what form-urlencoding is for
	onBoth(t, demoas.Config{Clients: []demoas.Client{
		{ID: "public"},
		{ID: "basic:1", Secret: odd, AuthMethod: demoas.AuthClientSecretBasic},
		{ID: "post", Secret: odd, AuthMethod: demoas.AuthClientSecretPost},
		{ID: "either", Secret: odd},
	}}, func(t *testing.T, r server) {
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
	})
}
