package proxy

import (
	"context"
	"crypto"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/oauthget/oauthget/internal/dpop"
	"github.com/oauthget/oauthget/internal/signing"
	"github.com/oauthget/oauthget/internal/token"
)

func boundSet(t testing.TB, name string) (token.Set, *signing.Key) {
	t.Helper()
	key, err := signing.Generate()
	if err != nil {
		t.Fatal(err)
	}
	set := bearerSet(name)
	set.TokenType, set.DPoPKey = "DPoP", dpop.Seal(key)
	return set, key
}

// checkProof is a resource server's reading of RFC 9449 §4.3, made of go-jose alone.
func checkProof(r *http.Request, url, accessToken, nonce, thumbprint string) error {
	if r.Header.Get("Authorization") != "DPoP "+accessToken || len(r.Header.Values("Dpop")) != 1 {
		return errors.New("not one token and one proof")
	}
	jws, err := jose.ParseSignedCompact(r.Header.Get("Dpop"), []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		return err
	}
	header := jws.Signatures[0].Protected
	payload, err := jws.Verify(header.JSONWebKey)
	if err != nil {
		return err
	}
	print, err := header.JSONWebKey.Thumbprint(crypto.SHA256)
	if err != nil || !header.JSONWebKey.IsPublic() || base64.RawURLEncoding.EncodeToString(print) != thumbprint {
		return fmt.Errorf("another key, or a private one: %w", err)
	}
	var claims struct {
		Htm, Htu, Ath, Nonce, Jti string
		Iat                       int64
	}
	if err := json.Unmarshal(payload, &claims); err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(accessToken))
	age := time.Since(time.Unix(claims.Iat, 0))
	if claims.Htm != r.Method || claims.Htu != url || claims.Ath != base64.RawURLEncoding.EncodeToString(sum[:]) ||
		claims.Nonce != nonce || len(claims.Jti) < 20 || age < -time.Minute || age > time.Minute || header.ExtraHeaders["typ"] != "dpop+jwt" {
		return fmt.Errorf("claims %+v", claims)
	}
	return nil
}

func TestRequestsAreSignedForTheUpstream(t *testing.T) {
	set, key := boundSet(t, "bound")
	print := key.Thumbprint()
	var up *witness
	var mu sync.Mutex
	proofs := map[string]bool{}
	const nonce = "n-1"
	up = newWitness(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if proof := r.Header.Get("Dpop"); proofs[proof] {
			t.Error("a proof was used twice")
		} else {
			proofs[proof] = true
		}
		w.Header().Set("Dpop-Nonce", nonce)
		url := up.URL + strings.SplitN(r.RequestURI, "?", 2)[0]
		if err := checkProof(r, url, "canary-bound", nonce, print); err != nil {
			w.Header().Set("WWW-Authenticate", `DPoP error="use_dpop_nonce"`)
			w.WriteHeader(401)
			if err := checkProof(r, url, "canary-bound", "", print); err != nil {
				t.Error(err)
			}
		}
	})
	r := start(t, up.URL+"/v2", func(o *Options) { o.Set = set })
	for i, c := range []struct{ method, path, body string }{
		{"GET", "/orders/a%2Fb?x=1#y", ""}, {"POST", "/orders", "{}"}, {"DELETE", "/orders/1", ""},
	} {
		got := r.do(t, request(t, c.method, r.base+c.path, strings.NewReader(c.body), "DPoP", "the.callers.own", "Authorization", "DPoP mine"))
		if got.status != 200 || got.header.Get("Dpop-Nonce") != "" {
			t.Errorf("%s %s: %v", c.method, c.path, got)
		}
		if want := i + 2; len(up.requests()) != want { // the nonce is asked for once
			t.Errorf("%d requests, want %d", len(up.requests()), want)
		}
	}
	if r.obtained() != 0 {
		t.Error("a nonce was taken for a refusal of the token")
	}
}

func TestNewTokenIsSignedWithItsOwnKey(t *testing.T) {
	old, _ := boundSet(t, "old")
	fresh, key := boundSet(t, "fresh")
	print := key.Thumbprint()
	var up *witness
	up = newWitness(t, func(w http.ResponseWriter, r *http.Request) {
		if checkProof(r, up.URL+"/x", "canary-fresh", "", print) != nil {
			w.WriteHeader(401)
		}
	})
	r := start(t, up.URL, func(o *Options) {
		o.Set = old
		o.Token = func(context.Context, Want) (token.Set, error) { return fresh, nil }
	})
	if got := r.get(t, "/x"); got.status != 200 {
		t.Error(got)
	}
}
