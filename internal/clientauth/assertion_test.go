package clientauth

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"

	"github.com/oauthget/oauthget/internal/signing"
	"github.com/oauthget/oauthget/internal/token"
)

const issuer = "https://as.example.com"

// noon is when the tests take place.
var noon = time.Date(2026, 2, 3, 12, 0, 0, 500, time.UTC)

func keyOf(t *testing.T, private crypto.Signer, id string) *signing.Key {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	k, err := signing.Parse(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), id)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// authenticated is the form of one request.
func authenticated(t *testing.T, c Client) url.Values {
	t.Helper()
	form := url.Values{"grant_type": {"client_credentials"}}
	header, err := c.Authenticate(form)
	if err != nil {
		t.Fatal(err)
	}
	if len(header) > 0 {
		t.Errorf("%s: header %v", c.Method, header)
	}
	return form
}

// verified reads a client assertion as a server does: with go-jose alone.
func verified(t *testing.T, form url.Values, alg string, key any) (jose.Header, map[string]any) {
	t.Helper()
	if got := form.Get("client_assertion_type"); got != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" {
		t.Errorf("client_assertion_type %q", got)
	}
	parsed, err := jose.ParseSignedCompact(form.Get("client_assertion"), []jose.SignatureAlgorithm{jose.SignatureAlgorithm(alg)})
	if err != nil {
		t.Fatalf("%s: %v", alg, err)
	}
	payload, err := parsed.Verify(key)
	if err != nil {
		t.Fatalf("%s: %v", alg, err)
	}
	var claims map[string]any
	if err := json.Unmarshal(payload, &claims); err != nil {
		t.Fatal(err)
	}
	return parsed.Signatures[0].Header, claims
}

func TestAssertionBearsWhatTheRFCAsks(t *testing.T) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := Client{
		ID: "cli", Method: PrivateKeyJWT, Key: keyOf(t, private, "kid-1"),
		Assertion: Assertion{Audience: issuer}, Now: func() time.Time { return noon },
	}
	form := authenticated(t, c)
	header, claims := verified(t, form, "ES256", private.Public())
	if header.KeyID != "kid-1" || header.JSONWebKey != nil {
		t.Errorf("%+v", header)
	}
	jti, _ := claims["jti"].(string)
	if len(jti) < 22 { // 128 bits in the shortest form
		t.Errorf("jti %q", jti)
	}
	delete(claims, "jti")
	at := float64(noon.Unix())
	want := map[string]any{"iss": "cli", "sub": "cli", "aud": issuer, "iat": at, "nbf": at, "exp": at + 60}
	if diff := cmp.Diff(want, claims); diff != "" {
		t.Error(diff)
	}
	delete(form, "client_assertion")
	if diff := cmp.Diff(url.Values{
		"grant_type": {"client_credentials"}, "client_id": {"cli"},
		"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
	}, form); diff != "" {
		t.Error(diff)
	}
}

func TestEachAttemptHasItsOwnAssertion(t *testing.T) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := Client{ID: "cli", Method: PrivateKeyJWT, Key: keyOf(t, private, ""), Assertion: Assertion{Audience: issuer}}
	seen := map[any]bool{}
	form := url.Values{}
	for range 3 { // into the same form, as at a second attempt
		if _, err := c.Authenticate(form); err != nil {
			t.Fatal(err)
		}
		if n := len(form["client_assertion"]); n != 1 {
			t.Fatalf("%d assertions", n)
		}
		_, claims := verified(t, form, "ES256", private.Public())
		seen[claims["jti"]] = true
	}
	if len(seen) != 3 {
		t.Errorf("%d different jti in 3 assertions", len(seen))
	}
}

func TestKeySignsWithWhatServerAndSecurityProfileTake(t *testing.T) {
	long, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	curve, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	_, edwards, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	fapi := []string{"PS256", "ES256", "EdDSA"}
	for name, c := range map[string]struct {
		private   crypto.Signer
		supported string
		allowed   []string
		want      string // empty: an *signing.AlgorithmError
	}{
		"RSA where nothing is known":    {long, "", nil, "RS256"},
		"RSA under FAPI":                {long, "", fapi, "PS256"},
		"RSA, both listed":              {long, "RS256 ES256 PS256", nil, "PS256"},
		"RSA, an old server":            {long, "RS256 HS256", nil, "RS256"},
		"RSA, an old server under FAPI": {long, "RS256 HS256", fapi, ""},
		"P-384":                         {curve, "", nil, "ES384"},
		"P-384 under FAPI":              {curve, "ES384 ES256", fapi, ""},
		"P-384 where RSA is wanted":     {curve, "RS256 PS256", nil, ""},
		"P-384 where nonsense is":       {curve, "XS256", nil, ""},
		"Ed25519 under FAPI":            {edwards, "ES256 EdDSA", fapi, "EdDSA"},
	} {
		client := Client{
			ID: "cli", Method: PrivateKeyJWT, Key: keyOf(t, c.private, ""),
			Assertion: Assertion{Audience: issuer, Supported: strings.Fields(c.supported), Allowed: c.allowed},
		}
		alg, err := client.Algorithm()
		if alg != c.want {
			t.Errorf("%s: %s, %v", name, alg, err)
		}
		if c.want != "" {
			verified(t, authenticated(t, client), c.want, c.private.Public())
			continue
		}
		if _, ok := errors.AsType[*signing.AlgorithmError](err); !ok {
			t.Errorf("%s: %v", name, err)
		}
		form := url.Values{}
		if _, err := client.Authenticate(form); err == nil || len(form) > 0 {
			t.Errorf("%s: authenticated all the same: %v", name, form)
		}
	}
}

func TestSecretSignsWhereItIsLongEnough(t *testing.T) {
	secret := func(bytes int) token.Secret { return token.NewSecret(strings.Repeat("ä", bytes/2)) }
	for name, c := range map[string]struct {
		bytes     int
		supported string
		want      string // empty: a *SecretError
	}{
		"256 bits":                   {32, "", "HS256"},
		"more":                       {64, "HS512 HS256", "HS256"},
		"HS384 alone":                {48, "RS256 HS384", "HS384"},
		"HS512 alone":                {64, "HS512", "HS512"},
		"too short":                  {30, "", ""},
		"too short for what is left": {48, "HS512", ""},
		"none listed":                {64, "RS256", ""},
	} {
		client := Client{
			ID: "cli", Method: SecretJWT, Secret: secret(c.bytes),
			Assertion: Assertion{Audience: issuer, Supported: strings.Fields(c.supported)},
		}
		alg, err := client.Algorithm()
		if alg != c.want {
			t.Errorf("%s: %s, %v", name, alg, err)
		}
		if c.want != "" {
			form := authenticated(t, client)
			header, claims := verified(t, form, c.want, []byte(client.Secret.Reveal()))
			if claims["aud"] != issuer || header.KeyID != "" || form.Has("client_secret") {
				t.Errorf("%s: %v, %v", name, claims, form)
			}
			continue
		}
		if e, ok := errors.AsType[*SecretError](err); !ok || strings.Contains(e.Error(), "ä") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCertificateNeedsTheClientIDAlone(t *testing.T) {
	for _, method := range []Method{None, TLS, SelfSignedTLS} {
		c := Client{ID: "cli", Method: method, Secret: token.NewSecret("canary-of-another-method")}
		want := url.Values{"grant_type": {"client_credentials"}, "client_id": {"cli"}}
		if diff := cmp.Diff(want, authenticated(t, c)); diff != "" {
			t.Errorf("%s: %s", method, diff)
		}
		if alg, err := c.Algorithm(); alg != "" || err != nil {
			t.Errorf("%s: %s, %v", method, alg, err)
		}
	}
}
