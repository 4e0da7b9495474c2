package flow

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/discovery"
	"github.com/oauthget/oauthget/internal/token"
)

var signingKey = ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))

// signed is what an issuer with signingKey, or with another key, says.
func signed(t *testing.T, key ed25519.PrivateKey, claims map[string]any) string {
	t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.EdDSA, Key: jose.JSONWebKey{Key: key, KeyID: "k1"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	jws, err := signer.Sign(payload)
	if err != nil {
		t.Fatal(err)
	}
	text, err := jws.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// answering is a client of https://as.example, whose keys are signingKey's, and whose UserInfo endpoint answers body.
func answering(contentType, body string) *Client {
	server := discovery.Metadata{
		Issuer: "https://as.example", JWKSURI: "https://as.example/jwks",
		IDTokenSigningAlgValuesSupported: []string{"RS256"}, // which is of ID Tokens
	}
	server.UserinfoEndpoint = "https://as.example/me"
	return &Client{
		Profile: config.Profile{ClientID: "cli"}, Server: server, Now: time.Now,
		HTTP: &http.Client{Transport: canned{200, contentType, body}},
		Keys: func(context.Context, bool) ([]byte, error) {
			return json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: signingKey.Public(), KeyID: "k1"}}})
		},
	}
}

func TestSignedUserinfoIsVerified(t *testing.T) {
	other := ed25519.NewKeyFromSeed([]byte(strings.Repeat("x", ed25519.SeedSize)))
	good := map[string]any{"sub": "ada", "iss": "https://as.example", "aud": "cli", "email": "ada@example.com"}
	with := func(name string, value any) map[string]any {
		c := maps.Clone(good)
		c[name] = value
		return c
	}
	for name, test := range map[string]struct{ body, want string }{
		"good":                 {signed(t, signingKey, good), ""},
		"without iss and aud":  {signed(t, signingKey, map[string]any{"sub": "ada"}), ""},
		"with a line break":    {signed(t, signingKey, good) + "\n", ""},
		"by another key":       {signed(t, other, good), "signature"},
		"of another issuer":    {signed(t, signingKey, with("iss", "https://evil.example")), "its issuer is"},
		"for another client":   {signed(t, signingKey, with("aud", "other")), "not for this client"},
		"about another person": {signed(t, signingKey, with("sub", "eve")), "another user"},
		"expired":              {signed(t, signingKey, with("exp", 1)), "expired"},
		"unsigned":             {"eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGEifQ.", `alg "none"`},
		"encrypted":            {"eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..AA.AA.AA", "encrypted, which is not supported"},
		"JSON all the same":    {`{"sub":"ada"}`, "not a signed JWT"},
	} {
		t.Run(name, func(t *testing.T) {
			set := token.Set{AccessToken: token.NewSecret("canary-a"), Subject: "ada"}
			set, err := answering("application/jwt; charset=utf-8", test.body).Userinfo(t.Context(), set)
			if test.want == "" {
				if err != nil || set.Subject != "ada" {
					t.Errorf("%q, %v", set.Subject, err)
				}
			} else if !isUntrusted(err) || !strings.Contains(err.Error(), test.want) || set.Username != "" {
				t.Errorf("error %v, want %q", err, test.want)
			}
		})
	}
}

func TestSignedUserinfoOfNobodyKnownIsNotBelieved(t *testing.T) {
	c := answering("application/jwt", signed(t, signingKey, map[string]any{"sub": "ada"}))
	c.Server.Issuer = ""
	if _, err := c.Userinfo(t.Context(), token.Set{}); !isUntrusted(err) {
		t.Errorf("%v", err)
	}
}

func TestUserinfoNamesEachClaimOnce(t *testing.T) {
	for _, body := range []string{`{"sub":"eve","sub":"ada"}`, `{"Sub":"ada"}`} {
		if _, err := answering("application/json", body).Userinfo(t.Context(), token.Set{}); !isUntrusted(err) {
			t.Errorf("%s: %v", body, err)
		}
	}
	set, err := answering("application/json", `{"sub":"ada","preferred_username":1,"name":"Ada"}`).Userinfo(t.Context(), token.Set{})
	if err != nil || set.Username != "Ada" {
		t.Errorf("%q, %v", set.Username, err)
	}
}
