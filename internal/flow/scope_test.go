package flow

import (
	"strings"
	"testing"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/token"
)

// TestScopesAreComparedAsTheServerWritesThem has what was requested, what the server says it granted, and the warning.
func TestScopesAreComparedAsTheServerWritesThem(t *testing.T) {
	const google = "https://www.googleapis.com/auth/userinfo."
	for name, c := range map[string]struct {
		delimiter, requested, granted string
		want                          string // in the one warning; empty for none
		set                           string
	}{
		"one scope with a comma":          {"", "a,b", "a,b", "", "a,b"},
		"two, requested as one":           {"", "a,b", "a b", "", "a b"},
		"commas for spaces":               {"", "a b", "a,b", "", "a b"},
		"one of the two":                  {"", "a,b", "a", `did not grant the scope "b"`, "a"},
		"the profile's delimiter":         {";", "a b", "a;b", "", "a b"},
		"the profile's delimiter, joined": {",", "a,b c", "c,a,b", "", "c a b"},
		"one missing":                     {";", "a b", "b", `did not grant the scope "a"`, "b"},
		"aliases":                         {"", "openid email profile", "openid " + google + "email " + google + "profile", "", "openid " + google + "email " + google + "profile"},
		"the short name of a URI":         {"", "https://graph.example/User.Read", "User.Read", "", "User.Read"},
		"no alias":                        {"", "mail", google + "email", `did not grant the scope "mail"`, google + "email"},
		"no URI":                          {"", "read", "orders.read", `did not grant the scope "read"`, "orders.read"},
		"an alias, and one more":          {"", "email", google + "email x", `more than was requested: "x"`, google + "email x"},
	} {
		var warnings []string
		client := Client{
			Profile: config.Profile{Scopes: strings.Fields(c.requested), Dialect: config.Dialect{ScopeDelimiter: c.delimiter}},
			Warn:    func(text string) { warnings = append(warnings, text) },
		}
		set := token.Set{Scopes: client.granted(c.granted, nil)}
		client.warnOfScope(set)
		if got := strings.Join(warnings, "; "); (c.want == "") != (got == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q", name, got)
		}
		if got := strings.Join(set.Scopes, " "); got != c.set {
			t.Errorf("%s: granted %q", name, got)
		}
	}
}

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
