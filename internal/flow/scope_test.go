package flow

import (
	"strings"
	"testing"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/token"
)

func TestScopeIsMissedOnlyWhereWhatItStandsForIs(t *testing.T) {
	secret := token.NewSecret("canary")
	for name, c := range map[string]struct {
		set  token.Set
		want string // in the one warning; empty for none
	}{
		"all granted":                {token.Set{Scopes: []string{"openid", "offline_access", "read"}}, ""},
		"one missing":                {token.Set{Scopes: []string{"openid", "offline_access"}}, `did not grant the scope "read"`},
		"the API's own scopes alone": {token.Set{Scopes: []string{"read"}, IDToken: secret, RefreshToken: secret}, ""},
		"no refresh token came":      {token.Set{Scopes: []string{"read"}, IDToken: secret}, `"offline_access"`},
		"no ID Token came":           {token.Set{Scopes: []string{"read"}, RefreshToken: secret}, `"openid"`},
		"more than requested":        {token.Set{Scopes: []string{"openid", "offline_access", "read", "write"}}, "more than was requested"},
	} {
		var warnings []string
		client := Client{
			Profile: config.Profile{Scopes: []string{"openid", "offline_access", "read"}},
			Warn:    func(text string) { warnings = append(warnings, text) },
		}
		client.warnOfScope(c.set)
		if got := strings.Join(warnings, "; "); (c.want == "") != (got == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q", name, got)
		}
	}
}
