package dpop

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
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

func newKey(t *testing.T, supported ...string) *signing.Key {
	t.Helper()
	key, err := signing.Generate(supported...)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func mustParse(t *testing.T, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// verify reads a proof as a server does: with go-jose, and the key that is in it.
func verify(t *testing.T, proof string) (header, claims map[string]any) {
	t.Helper()
	header, claims, err := read(proof)
	if err != nil {
		t.Fatal(err)
	}
	return header, claims
}

func read(proof string) (header, claims map[string]any, err error) {
	jws, err := jose.ParseSignedCompact(proof, []jose.SignatureAlgorithm{jose.ES256, jose.EdDSA, jose.PS256})
	if err != nil {
		return nil, nil, err
	}
	payload, err := jws.Verify(jws.Signatures[0].Protected.JSONWebKey)
	if err != nil {
		return nil, nil, err
	}
	first, _, _ := strings.Cut(proof, ".")
	raw, err := base64.RawURLEncoding.DecodeString(first)
	err = errors.Join(err, json.Unmarshal(raw, &header), json.Unmarshal(payload, &claims))
	return header, claims, err
}

func TestProofHoldsWhatTheStandardAsksAndNoMore(t *testing.T) {
	key := newKey(t)
	accessToken := token.NewSecret("canary-token")
	proof, err := Proof(key, Request{
		Method: "POST", URL: mustParse(t, "https://api.example/orders?q=1#top"), AccessToken: accessToken, Nonce: "n.1",
		Time: time.Unix(1700000000, 5),
	})
	if err != nil {
		t.Fatal(err)
	}
	header, claims := verify(t, proof.Reveal())
	jwk := header["jwk"].(map[string]any)
	for _, private := range []string{"d", "p", "q", "dp", "dq", "qi", "k"} {
		if jwk[private] != nil {
			t.Errorf("the jwk holds %s", private)
		}
	}
	delete(header, "jwk")
	if diff := cmp.Diff(map[string]any{"typ": "dpop+jwt", "alg": "ES256"}, header); diff != "" {
		t.Error(diff)
	}
	if jti, _ := claims["jti"].(string); len(jti) < 26 { // 128 bits in base32
		t.Errorf("jti %q", jti)
	}
	delete(claims, "jti")
	sum := sha256.Sum256([]byte("canary-token"))
	if diff := cmp.Diff(map[string]any{
		"htm": "POST", "htu": "https://api.example/orders", "iat": 1700000000.0, "nonce": "n.1",
		"ath": base64.RawURLEncoding.EncodeToString(sum[:]),
	}, claims); diff != "" {
		t.Error(diff)
	}
}

func TestProofWithoutTokenAndNonceHasNoClaimForThem(t *testing.T) {
	proof, err := Proof(newKey(t, "EdDSA"), Request{URL: mustParse(t, "https://as.example/token"), Time: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	header, claims := verify(t, proof.Reveal())
	if header["alg"] != "EdDSA" || claims["htm"] != "GET" || claims["ath"] != nil || claims["nonce"] != nil {
		t.Errorf("%v %v", header, claims)
	}
}

func TestAthIsThatOfTheStandardsExample(t *testing.T) {
	// RFC 9449 §7.1, figures 13 and 14.
	const accessToken, want = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU", "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo"
	if got := ath(token.NewSecret(accessToken)); got != want {
		t.Errorf("ath %s, want %s", got, want)
	}
}

func TestNoTwoProofsAreAlike(t *testing.T) {
	key, seen := newKey(t), map[any]bool{}
	for range 100 {
		proof, err := Proof(key, Request{URL: mustParse(t, "https://api.example/"), Time: time.Unix(1, 0)})
		if err != nil {
			t.Fatal(err)
		}
		_, claims := verify(t, proof.Reveal())
		if seen[claims["jti"]] {
			t.Fatal("a jti came twice")
		}
		seen[claims["jti"]] = true
	}
}

func TestTargetIsNormalised(t *testing.T) {
	for in, want := range map[string]string{
		"https://api.example":                "https://api.example/",
		"https://API.Example:443/a/?x=y#z":   "https://api.example/a/",
		"http://127.0.0.1:80/":               "http://127.0.0.1/",
		"http://127.0.0.1:8080/a%2Fb":        "http://127.0.0.1:8080/a%2Fb",
		"https://[::1]:443/":                 "https://[::1]/",
		"https://[::1]:8443/":                "https://[::1]:8443/",
		"https://api.example:/":              "https://api.example/",
		"https://api.example:80/":            "https://api.example:80/",
		"https://name:password@api.example/": "https://api.example/",
		"https://api.example/ä b":            "https://api.example/%C3%A4%20b",
	} {
		if got, err := htu(mustParse(t, in)); got != want || err != nil {
			t.Errorf("htu of %s = %s, %v; want %s", in, got, err, want)
		}
	}
	for _, in := range []string{"", "/orders", "api.example/orders", "ftp://api.example/", "https:orders", "https:///orders", "//api.example/"} {
		if got, err := htu(mustParse(t, in)); err == nil {
			t.Errorf("htu of %q = %s", in, got)
		}
	}
	if err := CheckURL(nil); err == nil {
		t.Error("no URL at all is taken")
	}
}
