package output

import (
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"

	"github.com/oauthget/oauthget/internal/dpop"
	"github.com/oauthget/oauthget/internal/signing"
	"github.com/oauthget/oauthget/internal/token"
)

func bound(t *testing.T) token.Set {
	t.Helper()
	key, err := signing.Generate()
	if err != nil {
		t.Fatal(err)
	}
	set := full()
	set.TokenType, set.DPoPKey = "dpop", dpop.Seal(key)
	return set
}

func renderProof(t *testing.T, set token.Set, r request) (string, error) {
	t.Helper()
	return proofOf(r, nil)(set, noon)
}

func TestDPoPIsBothHeadersOfARequest(t *testing.T) {
	u, _ := url.Parse("https://api.example/orders?id=1#x")
	text, err := renderProof(t, bound(t), request{Method: "POST", URL: u, Nonce: "n"})
	if err != nil {
		t.Fatal(err)
	}
	compact, ok := strings.CutPrefix(text, "Authorization: DPoP abc+/=\nDPoP: ")
	if !ok || strings.Count(text, "\n") != 2 {
		t.Fatal(text)
	}
	jws, err := jose.ParseSignedCompact(strings.TrimSuffix(compact, "\n"), []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		t.Fatal(err)
	}
	payload, err := jws.Verify(jws.Signatures[0].Protected.JSONWebKey)
	if err != nil {
		t.Fatal(err)
	}
	var claims map[string]any
	if err := json.Unmarshal(payload, &claims); err != nil {
		t.Fatal(err)
	}
	delete(claims, "jti")
	delete(claims, "ath") // package dpop's own tests have it
	if diff := cmp.Diff(map[string]any{
		"htm": "POST", "htu": "https://api.example/orders", "nonce": "n", "iat": float64(noon.Unix()),
	}, claims); diff != "" {
		t.Error(diff)
	}
}

func TestDPoPFailsWithoutAKey(t *testing.T) {
	u, _ := url.Parse("https://api.example/orders")
	if text, err := renderProof(t, full(), request{URL: u}); !errors.Is(err, ErrNotBound) || text != "" {
		t.Errorf("a Bearer token: %q, %v", text, err)
	}
	for _, key := range []string{"", "canary-damaged", "{}"} {
		set := bound(t)
		set.DPoPKey = token.NewSecret(key)
		text, err := renderProof(t, set, request{URL: u})
		if !errors.Is(err, dpop.ErrKeyLost) || text != "" || strings.Contains(err.Error(), "canary") {
			t.Errorf("the key %q: %q, %v", key, text, err)
		}
	}
}

func TestNoFormatPrintsTheKey(t *testing.T) {
	set := bound(t)
	u, _ := url.Parse("https://api.example/orders")
	var jwk map[string]string
	if err := json.Unmarshal([]byte(set.DPoPKey.Reveal()), &jwk); err != nil || jwk["d"] == "" {
		t.Fatal(err)
	}
	for name, f := range formats() {
		if f.Signed {
			f.Render = proofOf(request{URL: u}, nil)
		}
		if f.sasl != nil {
			continue // it refuses the token: see TestSASLResponsesAreThoseOfTheirDocuments
		}
		text, err := f.Render(set, noon)
		if err != nil || strings.Contains(text, jwk["d"]) {
			t.Errorf("%s: %s, %v", name, text, err)
		}
	}
	if _, ok := members(set, noon)["dpop_key"]; ok {
		t.Error("json has a member for the key")
	}
}
