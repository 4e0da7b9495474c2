package flow

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oauthget/oauthget/internal/clientauth"
	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/demoas/testas"
	"github.com/oauthget/oauthget/internal/idtoken"
	"github.com/oauthget/oauthget/internal/token"
)

func TestWhatTheServerWouldRefuseIsToldBeforeAnybodyIsAsked(t *testing.T) {
	for name, test := range map[string]struct {
		openID config.OpenID
		change func(*Client)
		key    string
		want   string
	}{
		"a prompt that nobody knows": {config.OpenID{Prompt: "login dance"}, nil, "prompt", `"dance" is not a known value`},
		"max_age without openid": {
			config.OpenID{MaxAge: "60"},
			func(c *Client) { c.Profile.Scopes = []string{"orders:read"} },
			"max_age", "checked in the ID Token",
		},
		"max_age without an issuer": {config.OpenID{MaxAge: "60"}, func(c *Client) { c.Server.Issuer = "" }, "max_age", "and an issuer"},
		"an essential acr without keys": {
			config.OpenID{Claims: `{"id_token":{"acr":{"essential":true}}}`},
			func(c *Client) { c.Server.JWKSURI = "" },
			"claims", "has no jwks_uri",
		},
		"a MAC without a secret": {config.OpenID{IDTokenSignedResponseAlg: "HS256"}, nil, "id_token_signed_response_alg", "none is configured"},
		"a MAC with a short secret": {
			config.OpenID{IDTokenSignedResponseAlg: "HS256"},
			func(c *Client) { c.Auth.Secret = token.NewSecret("canary-short") }, "id_token_signed_response_alg", "32 bytes",
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, testas.Config{})
			r.Profile.OpenID = test.openID
			if test.change != nil {
				test.change(r.Client)
			}
			_, err := r.AuthorizationCode(t.Context())
			e, ok := errors.AsType[*config.Error](err)
			if !ok || e.Key != test.key || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "canary-") {
				t.Errorf("error %v, want one of %s with %q", err, test.key, test.want)
			}
			if len(r.events) > 0 {
				t.Errorf("something was sent: %v", r.events)
			}
		})
	}
}

func TestAuthenticationRequestBearsWhatTheProfileSays(t *testing.T) {
	r := newRig(t, testas.Config{})
	r.Server.PromptValuesSupported = []string{"login", "dance"}
	claims := `{"id_token":{"auth_time":{"essential":true}}}`
	r.Profile.OpenID = config.OpenID{
		Prompt: "login dance", LoginHint: "ada@example.com", MaxAge: "0", ACRValues: "gold silver", Claims: claims, UILocales: "cy en",
	}
	request, err := r.authorizationRequest(t.Context(), newLogin(true, true))
	if err != nil {
		t.Fatal(err)
	}
	query := request.URL.Query()
	for name, want := range map[string]string{
		"prompt": "login dance", "login_hint": "ada@example.com", "max_age": "0", "acr_values": "gold silver", "claims": claims, "ui_locales": "cy en",
	} {
		if diff := cmp.Diff([]string{want}, query[name]); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	r.Profile.OpenID = config.OpenID{}
	if request, err = r.authorizationRequest(t.Context(), newLogin(true, true)); err != nil || request.URL.Query().Has("prompt") || request.URL.Query().Has("max_age") {
		t.Errorf("%v, %v", request.URL, err)
	}
}

func TestLoginIsHeldToWhatWasAsked(t *testing.T) {
	for name, test := range map[string]struct {
		openID  config.OpenID
		want    string // of the error
		warning string
	}{
		"max_age":                 {config.OpenID{MaxAge: "60"}, "", ""},
		"auth_time":               {config.OpenID{Claims: `{"id_token":{"auth_time":{"essential":true}}}`}, "", ""},
		"an essential acr":        {config.OpenID{Claims: `{"id_token":{"acr":{"essential":true,"values":["gold"]}}}`}, "lacks acr", ""},
		"an acr as a wish":        {config.OpenID{Claims: `{"id_token":{"acr":{"values":["gold"]}}}`}, "", "acr"},
		"acr_values":              {config.OpenID{ACRValues: "gold"}, "", "acr"},
		"acr of any value":        {config.OpenID{Claims: `{"id_token":{"acr":null}}`}, "", ""},
		"somebody":                {config.OpenID{Claims: `{"id_token":{"sub":{"value":"nobody"}}}`}, "another user", ""},
		"an algorithm it has not": {config.OpenID{IDTokenSignedResponseAlg: "RS256"}, `signed with alg "ES256", not with RS256`, ""},
		"the algorithm it has":    {config.OpenID{IDTokenSignedResponseAlg: "ES256"}, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, testas.Config{})
			r.Profile.OpenID = test.openID
			_, err := r.AuthorizationCode(t.Context())
			if (test.want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q", err, test.want)
			}
			if warned := slices.ContainsFunc(r.warnings, func(w string) bool { return test.warning != "" && strings.Contains(w, test.warning) }); warned != (test.warning != "") {
				t.Errorf("warnings %q, want %q", r.warnings, test.warning)
			}
		})
	}
}

func TestLoginThatMustBeCheckedNeedsAnIDToken(t *testing.T) {
	r := newRig(t, testas.Config{Faults: testas.Faults{OmitIDToken: true}})
	r.Profile.OpenID.MaxAge = "60"
	if _, err := r.AuthorizationCode(t.Context()); !isUntrusted(err) || !strings.Contains(err.Error(), "the server sent none") {
		t.Errorf("%v", err)
	}
}

// A minute of leeway is given: the user signed in two minutes before the max_age of none.
func TestLoginOfLongAgoIsRefusedWhereMaxAgeSaysSo(t *testing.T) {
	r := newRig(t, testas.Config{})
	r.Profile.OpenID.MaxAge = "0"
	r.Now = func() time.Time { return time.Now().Add(2 * time.Minute) }
	_, err := r.AuthorizationCode(t.Context())
	if _, ok := errors.AsType[*idtoken.StaleError](err); !ok {
		t.Errorf("%v", err)
	}
}

func TestRefreshedIDTokenIsOfTheSameLogin(t *testing.T) {
	r := newRig(t, testas.Config{})
	first, err := r.AuthorizationCode(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	other := newRig(t, testas.Config{})
	stranger, err := other.AuthorizationCode(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	second, err := r.Refresh(t.Context(), first)
	if err != nil {
		t.Fatal(err)
	}
	second.IDToken = stranger.IDToken // of another issuer
	if _, err := r.Refresh(t.Context(), second); !isUntrusted(err) || !strings.Contains(err.Error(), "at the login") {
		t.Errorf("%v", err)
	}
}

var confidentialClient = clientauth.Client{ID: "conf", Method: clientauth.Basic, Secret: token.NewSecret("canary-secret")}
