package flow

import (
	"errors"
	"maps"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"

	"github.com/oauthget/oauthget/internal/config"
)

func TestRequestObjectHoldsTheWholeRequest(t *testing.T) {
	f, r := newFront(t)
	r.Profile.RequestObjectSigningAlg = "ES256"
	r.Profile.Resource = []string{"https://api.example/1", "https://api.example/2"}
	r.Profile.AuthorizationDetails = `[{"type":"payment","amount":{"value":"1.50"}}]`
	r.Profile.AuthorizationParameters = url.Values{"max_age": {"300"}, "iss": {"evil"}, "aud": {"evil"}}
	f.grants = r.Profile.AuthorizationDetails
	if _, err := r.AuthorizationCode(t.Context()); err != nil {
		t.Fatal(err)
	}
	if names := slices.Sorted(maps.Keys(f.outside)); !slices.Equal(names, []string{"client_id", "request"}) {
		t.Errorf("the URL bears %q", names)
	}
	jws := sure(jose.ParseSignedCompact(f.outside.Get("request"), []jose.SignatureAlgorithm{"ES256"}))
	if _, err := jws.Verify(r.Auth.Key.Public().Key); err != nil {
		t.Error(err)
	}
	if typ := jws.Signatures[0].Header.ExtraHeaders["typ"]; typ != "oauth-authz-req+jwt" {
		t.Errorf("typ %v", typ)
	}
	want := map[string]any{
		"iss": "cli", "aud": f.url, "client_id": "cli", "response_type": "code", "code_challenge_method": "S256",
		"resource":              []any{"https://api.example/1", "https://api.example/2"},
		"authorization_details": []any{map[string]any{"type": "payment", "amount": map[string]any{"value": "1.50"}}},
		"max_age":               float64(300), "redirect_uri": event[AuthorizationRequest](t, r).RedirectURI,
	}
	got := maps.Clone(f.asked)
	for _, name := range []string{"state", "code_challenge", "jti"} {
		if text, _ := got[name].(string); len(text) < 26 {
			t.Errorf("%s is %v", name, got[name])
		}
		delete(got, name)
	}
	if life := got["exp"].(float64) - got["nbf"].(float64); life <= 0 || life > 3600 || got["iat"] != got["nbf"] {
		t.Errorf("lives %v s", life)
	}
	for _, name := range []string{"exp", "nbf", "iat"} {
		delete(got, name)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestRequestObjectIsPushedAloneAndRepeatedForOpenIDInTheURL(t *testing.T) {
	f, r := newFront(t)
	r.Profile.RequestObjectSigningAlg, r.Profile.Scopes = "ES256", []string{"openid", "email"}
	r.Server.JWKSURI = "" // no ID Token comes
	if _, err := r.AuthorizationCode(t.Context()); err != nil {
		t.Fatal(err)
	}
	if f.outside.Get("response_type") != "code" || f.outside.Get("scope") != "openid email" || len(f.outside) != 4 {
		t.Errorf("the URL bears %v", slices.Sorted(maps.Keys(f.outside)))
	}
	f.requirePushed(r)
	if _, err := r.AuthorizationCode(t.Context()); err != nil {
		t.Fatal(err)
	}
	if names := slices.Sorted(maps.Keys(f.pushed)); !slices.Equal(names, []string{"client_id", "request"}) {
		t.Errorf("pushed %q", names)
	}
	if names := slices.Sorted(maps.Keys(f.outside)); !slices.Equal(names, []string{"client_id", "request_uri"}) {
		t.Errorf("the URL bears %q", names)
	}
}

func TestServerThatTakesOnlySignedRequestsGetsOne(t *testing.T) {
	f, r := newFront(t)
	r.Server.RequireSignedRequestObject = true
	r.Server.RequestObjectSigningAlgValuesSupported = []string{"PS256", "ES256"}
	if _, err := r.AuthorizationCode(t.Context()); err != nil || !f.outside.Has("request") {
		t.Errorf("%v", err)
	}
}

func TestRequestThatCannotBeSignedIsRefusedBeforeTheBrowserOpens(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Client)
		key    string
	}{
		"no key, asked for":      {func(c *Client) { c.Profile.RequestObjectSigningAlg, c.Auth.Key = "ES256", nil }, "client_key_file"},
		"no key, required":       {func(c *Client) { c.Server.RequireSignedRequestObject, c.Auth.Key = true, nil }, "client_key_file"},
		"a key of another kind":  {func(c *Client) { c.Profile.RequestObjectSigningAlg = "PS256" }, "request_object_signing_alg"},
		"unknown to the server":  {func(c *Client) { signsWith(c, "ES256", "PS256") }, "request_object_signing_alg"},
		"nothing in common":      {func(c *Client) { signsWith(c, "", "PS256") }, "request_object_signing_alg"},
		"nobody to be signed to": {func(c *Client) { signsWith(c, "ES256"); c.Server.Issuer = "" }, "issuer"},
	} {
		t.Run(name, func(t *testing.T) {
			_, r := newFront(t)
			c.change(r.Client)
			err := refusedBeforeTheBrowser(t, r)
			if e, ok := errors.AsType[*config.Error](err); !ok || e.Key != c.key || e.Hint() == "" {
				t.Errorf("%v", err)
			}
		})
	}
}

func signsWith(c *Client, alg string, supported ...string) {
	c.Profile.RequestObjectSigningAlg, c.Server.RequestObjectSigningAlgValuesSupported = alg, supported
	c.Server.RequireSignedRequestObject = true
}

func TestNoTwoRequestObjectsAreAlike(t *testing.T) {
	_, r := newFront(t)
	r.Now = func() time.Time { return time.Unix(1e9, 0) }
	seen := map[string]bool{}
	for range 2 {
		signed := sure(r.sign(url.Values{"response_type": {"code"}}, "ES256"))
		seen[decodeJWT(signed.Get("request"))["jti"].(string)] = true
	}
	if len(seen) != 2 {
		t.Error("a jti was used twice")
	}
}
