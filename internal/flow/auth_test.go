package flow

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"

	"github.com/oauthget/oauthget/internal/clientauth"
	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/discovery"
	"github.com/oauthget/oauthget/internal/endpoint"
	"github.com/oauthget/oauthget/internal/signing"
	"github.com/oauthget/oauthget/internal/token"
)

// signingClient is a client of target that authenticates by private_key_jwt.
func signingClient(t *testing.T, target string) *Client {
	t.Helper()
	key, err := signing.Generate()
	if err != nil {
		t.Fatal(err)
	}
	c := &Client{
		Profile: config.Profile{ClientID: "cli"}, HTTP: endpoint.NewClient(endpoint.Options{}), Now: time.Now,
		Auth: clientauth.Client{ID: "cli", Method: clientauth.PrivateKeyJWT, Key: key, Assertion: clientauth.Assertion{Audience: "https://as.example"}},
	}
	c.Server.TokenEndpoint, c.Server.RevocationEndpoint = target+"/token", target+"/revoke"
	return c
}

func TestEveryRequestHasAnAssertionOfItsOwn(t *testing.T) {
	var assertions []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("client_id") != "cli" || r.FormValue("client_secret") != "" || r.Header.Get("Authorization") != "" {
			t.Errorf("%s: %v", r.URL.Path, r.Form)
		}
		assertions = append(assertions, r.FormValue("client_assertion"))
		w.Header().Set("Content-Type", "application/json")
		w.Write([]byte(`{"access_token":"canary-a","token_type":"Bearer"}`))
	}))
	defer server.Close()
	c := signingClient(t, server.URL)
	set := token.Set{AccessToken: token.NewSecret("canary-at"), RefreshToken: token.NewSecret("canary-rt")}
	if _, err := c.Refresh(t.Context(), set); err != nil {
		t.Fatal(err)
	}
	if err := c.Revoke(t.Context(), set); err != nil {
		t.Fatal(err)
	}
	if _, err := c.post(t.Context(), "ask", "x_endpoint", server.URL+"/device", url.Values{"scope": {"a"}}, http.StatusOK); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, a := range assertions {
		parsed, err := jose.ParseSignedCompact(a, []jose.SignatureAlgorithm{jose.ES256})
		if err != nil {
			t.Fatal(err)
		}
		payload, err := parsed.Verify(c.Auth.Key.Public())
		if err != nil {
			t.Fatal(err)
		}
		var claims struct{ Aud, JTI string }
		if json.Unmarshal(payload, &claims) != nil || claims.Aud != "https://as.example" {
			t.Errorf("%s", payload)
		}
		seen[claims.JTI] = true
	}
	if len(seen) != 4 {
		t.Errorf("%d different assertions in %d requests", len(seen), len(assertions))
	}
}

func TestAssertionThatTheServerEchoesIsMasked(t *testing.T) {
	var assertion string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		assertion = r.FormValue("client_assertion")
		w.WriteHeader(http.StatusUnauthorized)
		_ = json.NewEncoder(w).Encode(map[string]string{"error": "invalid_client", "error_description": "not good: " + assertion})
	}))
	defer server.Close()
	c := signingClient(t, server.URL)
	set := token.Set{AccessToken: token.NewSecret("canary-at"), RefreshToken: token.NewSecret("canary-rt")}
	_, refused := c.Refresh(t.Context(), set)
	for _, err := range []error{refused, c.revoke(t.Context(), "revoke", set.AccessToken, "access_token")} {
		e, ok := errors.AsType[*ServerError](err)
		if !ok || !strings.Contains(e.Description, "not good") {
			t.Fatalf("%v", err)
		}
		for part := range strings.SplitSeq(assertion, ".") {
			if strings.Contains(err.Error(), part[:16]) {
				t.Errorf("the error shows the assertion: %v", err)
			}
		}
	}
}

func TestRefusalTellsTheServersClock(t *testing.T) {
	at := time.Date(2026, 2, 3, 12, 0, 0, 0, time.UTC)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", at.Format(http.TimeFormat))
		http.Error(w, `{"error":"invalid_client"}`, http.StatusUnauthorized)
	}))
	defer server.Close()
	c := signingClient(t, server.URL)
	_, refused := c.Refresh(t.Context(), token.Set{RefreshToken: token.NewSecret("canary-rt")})
	for _, err := range []error{refused, c.revoke(t.Context(), "revoke", token.NewSecret("canary-at"), "access_token")} {
		if e, ok := errors.AsType[*ServerError](err); !ok || !e.Date.Equal(at) {
			t.Errorf("%+v", err)
		}
	}
}

func TestAliasesAreForClientsWithACertificate(t *testing.T) {
	m := discovery.Metadata{Issuer: "https://as.example", JWKSURI: "https://as.example/jwks"}
	m.Endpoints = discovery.Endpoints{
		AuthorizationEndpoint: "https://as.example/a", TokenEndpoint: "https://as.example/t",
		RevocationEndpoint: "https://as.example/r", UserinfoEndpoint: "https://as.example/u",
	}
	m.MTLSEndpointAliases = discovery.Endpoints{
		AuthorizationEndpoint: "https://mtls.example/a", TokenEndpoint: "https://mtls.example/t",
		UserinfoEndpoint: "https://mtls.example/u", DeviceAuthorizationEndpoint: "https://mtls.example/d",
		PushedAuthorizationRequestEndpoint: "https://mtls.example/p", IntrospectionEndpoint: "https://mtls.example/i",
	}
	var certified, own config.Profile
	certified.TLS.CertificateFile = "client.pem"
	own.TLS.CertificateFile = "client.pem"
	own.TokenEndpoint = "https://own.example/t"
	for name, c := range map[string]struct {
		profile config.Profile
		want    discovery.Endpoints
	}{
		"no certificate": {config.Profile{}, m.Endpoints},
		"certificate": {certified, discovery.Endpoints{
			AuthorizationEndpoint: "https://as.example/a", TokenEndpoint: "https://mtls.example/t", RevocationEndpoint: "https://as.example/r",
			UserinfoEndpoint: "https://mtls.example/u", DeviceAuthorizationEndpoint: "https://mtls.example/d",
			PushedAuthorizationRequestEndpoint: "https://mtls.example/p", IntrospectionEndpoint: "https://mtls.example/i",
		}},
		"the profile's own endpoint": {own, discovery.Endpoints{
			AuthorizationEndpoint: "https://as.example/a", TokenEndpoint: "https://own.example/t", RevocationEndpoint: "https://as.example/r",
			UserinfoEndpoint: "https://mtls.example/u", DeviceAuthorizationEndpoint: "https://mtls.example/d",
			PushedAuthorizationRequestEndpoint: "https://mtls.example/p", IntrospectionEndpoint: "https://mtls.example/i",
		}},
	} {
		got := Server(m, c.profile)
		if diff := cmp.Diff(c.want, got.Endpoints); diff != "" || got.JWKSURI != m.JWKSURI {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
