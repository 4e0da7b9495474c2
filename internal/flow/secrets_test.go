package flow

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/oauthget/oauthget/internal/clientauth"
	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/demoas/testas"
	"github.com/oauthget/oauthget/internal/token"
)

// repeating is a client whose requests bear an assertion, a secret and a parameter of the profile's, and whose server
// repeats them, and its own tokens, where it names a scope, a person, or what was granted.
func repeating(t *testing.T, claims map[string]any) (*rig, *scripted) {
	t.Helper()
	said := []string{"canary-assertion.e30.x", "canary-s3cret, two", "canary-param", "canary-access", "canary-refresh", "canary-old-refresh"}
	idToken := ""
	if claims != nil {
		idToken = signed(t, signingKey, claims)
		said = append(said, idToken)
	}
	scope := "read asked:canary-param write:" + strings.Join(said, " x:")
	details, _ := json.Marshal([]any{map[string]any{"type": "t", "say": strings.Join(said, "|"), "canary-refresh": []string{"canary-access"}}})
	body := fmt.Sprintf(`{"access_token":"canary-access","token_type":"bearer","refresh_token":"canary-refresh","id_token":%q,"scope":%q,"authorization_details":%s}`,
		idToken, scope, strings.ReplaceAll(string(details), "canary", `c\u0061nary`))
	r, s := newScripted(config.Profile{
		Grant: config.GrantJWTBearer, Scopes: []string{"read", "asked:canary-param"}, TokenParameters: map[string][]string{"api_key": {"canary-param"}},
	}, says(200, body))
	r.Auth = clientauth.Client{ID: "c", Method: clientauth.Post, Secret: token.NewSecret("canary-s3cret, two")}
	r.Server.Issuer, r.Server.JWKSURI = "https://as.example", "https://as.example/jwks"
	r.Keys = func(context.Context, bool) ([]byte, error) {
		return json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: signingKey.Public(), KeyID: "k1"}}})
	}
	return r, s
}

func person(name, value string) map[string]any {
	return map[string]any{
		"iss": "https://as.example", "aud": "c", "sub": "248", "iat": time.Now().Unix(), "exp": time.Now().Add(time.Hour).Unix(), name: value,
	}
}

func TestNoTextThatIsKeptRepeatsASecret(t *testing.T) {
	for name, claims := range map[string]map[string]any{
		"no ID Token": nil,
		"a username":  person("preferred_username", "ada canary-\u200bassertion.e30.x Canary-refresh"),
		"a subject":   person("sub", "canary-s3cret, two"),
	} {
		t.Run(name, func(t *testing.T) {
			r, _ := repeating(t, claims)
			login, err := r.JWTBearer(t.Context(), token.NewSecret("canary-assertion.e30.x"))
			if err != nil {
				t.Fatal(err)
			}
			old := login
			old.RefreshToken, old.AccessToken = token.NewSecret("canary-old-refresh"), token.NewSecret("canary-two-older")
			refreshed, err := r.Refresh(t.Context(), old)
			if err != nil {
				t.Fatal(err)
			}
			for _, set := range []token.Set{login, refreshed} {
				// What was asked for is the profile's own word.
				kept := strings.Replace(fmt.Sprint(set.Scopes, set.Username, set.AuthorizationDetails), "asked:canary-param", "", 1)
				if !slices.Contains(set.Scopes, "read") || set.Type() != "Bearer" || !strings.Contains(set.AuthorizationDetails, "[redacted]|[redacted]") {
					t.Errorf("%+v", set)
				}
				if name != "no ID Token" && !strings.Contains(set.Username, "[redacted]") {
					t.Errorf("username %q", set.Username)
				}
				// The assertion went to the server at the login alone, and the spent refresh token at the refresh.
				for _, secret := range []string{"s3cret", ", two", "canary-param", "canary-access", "canary-refresh"} {
					if strings.Contains(strings.ToLower(kept), secret) {
						t.Errorf("%s is kept: %s", secret, kept)
					}
				}
			}
			if strings.Contains(fmt.Sprint(login.Scopes, login.AuthorizationDetails), "assertion") || strings.Contains(fmt.Sprint(refreshed.Scopes, refreshed.AuthorizationDetails), "old") {
				t.Errorf("%q, %q", login.Scopes, refreshed.Scopes)
			}
			if told := strings.Join(r.warnings, "\n"); strings.Contains(told, "s3cret") || strings.Contains(told, "canary-access") {
				t.Errorf("warned of %q", told)
			}
		})
	}
}

func TestNoErrorOfTheTokensRepeatsASecret(t *testing.T) {
	for name, claims := range map[string]map[string]any{
		"another issuer": person("iss", "https://canary-s3cret, two"),
		"another client": person("azp", "canary-access"),
	} {
		r, _ := repeating(t, claims)
		_, err := r.JWTBearer(t.Context(), token.NewSecret("canary-assertion.e30.x"))
		if err == nil || strings.Contains(err.Error(), "canary") || !strings.Contains(err.Error(), "[redacted]") {
			t.Errorf("%s: %v", name, err)
		}
	}
	r, _ := newScripted(config.Profile{Grant: config.GrantJWTBearer}, says(200, `{"access_token":"canary-access","token_type":"x canary-assertion.e30.x"}`))
	if _, err := r.JWTBearer(t.Context(), token.NewSecret("canary-assertion.e30.x")); err == nil || strings.Contains(err.Error(), "canary") {
		t.Error(err)
	}
}

func TestErrorThatComesThroughTheBrowserRepeatsNoSecret(t *testing.T) {
	r := newRig(t, testas.Config{DenyAll: true, Faults: testas.Faults{ErrorDescription: "bad canary-s3cret"}})
	r.Auth = clientauth.Client{ID: "demo", Method: clientauth.Post, Secret: token.NewSecret("canary-s3cret")}
	_, err := r.AuthorizationCode(t.Context())
	if !Denied(err) || strings.Contains(err.Error(), "canary") || !strings.Contains(err.Error(), "[redacted]") {
		t.Error(err)
	}
}

func TestUserinfoAndIntrospectionRepeatNoSecret(t *testing.T) {
	const echo = `"name":"\u0063anary-s3cret","sub":"canary-access!","x":{"\u0063anary-access":["canary-refresh"]},"n":1.0`
	c := answering("application/json", `{`+echo+`,"active":true}`)
	c.Server.IntrospectionEndpoint = "https://as.example/introspect"
	c.Auth = clientauth.Client{ID: "cli", Method: clientauth.Post, Secret: token.NewSecret("canary-s3cret")}
	asked := token.Set{AccessToken: token.NewSecret("canary-access"), RefreshToken: token.NewSecret("canary-refresh")}
	claims, err := c.UserinfoClaims(t.Context(), asked)
	if err != nil {
		t.Fatal(err)
	}
	got, err := c.Introspect(t.Context(), asked.RefreshToken, "")
	if err != nil {
		t.Fatal(err)
	}
	if text, _ := json.Marshal(claims); strings.Contains(string(text), "anary") || string(claims["n"]) != "1.0" {
		t.Errorf("userinfo: %s", text)
	}
	if text, _ := json.Marshal(got.Members); strings.Contains(string(text), "s3cret") || strings.Contains(string(text), "canary-refresh") {
		t.Errorf("introspection: %s", text)
	}
	known, err := c.Userinfo(t.Context(), asked)
	if err != nil || known.Subject != "canary-access!" || known.Username != "[redacted]" {
		t.Errorf("%v, %q, %q", err, known.Subject, known.Username)
	}
}

func TestShortSecretTakesNoWordAlong(t *testing.T) {
	s := newSecrets(token.NewSecret("read"), token.Secret{}, token.NewSecret("canary-1"), token.NewSecret("canary-1-and-more"))
	if got := s.mask("read canary-1-and-more"); got != "read [redacted]" {
		t.Error(got)
	}
	if got := new(Client).granted("read canary-1 x:canary-1-and-more", s); !slices.Equal(got, []string{"read"}) {
		t.Error(got)
	}
}
