package idtoken

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

const (
	issuerURL = "https://as.example"
	clientID  = "cli"
	nonce     = "canary-nonce"
	subject   = "248289761001"
)

var now = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// The keys of the tests are made once: an RSA key takes longer than all the rest.
var (
	rsaKey      = sync.OnceValue(func() *rsa.PrivateKey { return must(rsa.GenerateKey(rand.Reader, 2048)) })
	otherRSAKey = sync.OnceValue(func() *rsa.PrivateKey { return must(rsa.GenerateKey(rand.Reader, 2048)) })
	weakRSAKey  = sync.OnceValue(func() *rsa.PrivateKey { return must(rsa.GenerateKey(rand.Reader, 1024)) })
	p256Key     = sync.OnceValue(func() *ecdsa.PrivateKey { return must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)) })
	p521Key     = sync.OnceValue(func() *ecdsa.PrivateKey { return must(ecdsa.GenerateKey(elliptic.P521(), rand.Reader)) })
	edKey       = sync.OnceValue(func() ed25519.PrivateKey { return ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)) })
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// validClaims are those of a token that is right in everything, with changes; a change to nil takes the claim away.
func validClaims(changes map[string]any) []byte {
	c := map[string]any{
		"iss": issuerURL, "sub": subject, "aud": clientID, "nonce": nonce,
		"iat": now.Unix(), "exp": now.Add(time.Hour).Unix(), "preferred_username": "ada",
	}
	maps.Copy(c, changes)
	maps.DeleteFunc(c, func(_ string, v any) bool { return v == nil })
	return must(json.Marshal(c))
}

// sign returns payload signed with key under kid, or under none where it is empty.
func sign(alg jose.SignatureAlgorithm, key any, kid string, payload []byte) token.Secret {
	if kid != "" {
		key = jose.JSONWebKey{Key: key, KeyID: kid}
	}
	return token.NewSecret(must(must(must(jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key}, nil)).Sign(payload)).CompactSerialize()))
}

// jwks is a JWK Set document of keys.
func jwks(keys ...jose.JSONWebKey) []byte {
	return must(json.Marshal(jose.JSONWebKeySet{Keys: keys}))
}

// verifier trusts the documents in turn: the first is the cached one, the second the fresh one, and there is no third.
func verifier(t testing.TB, documents ...[]byte) Verifier {
	asked := 0
	return Verifier{
		Issuer: issuerURL, ClientID: clientID,
		Now: func() time.Time { return now },
		Keys: func(_ context.Context, fresh bool) ([]byte, error) {
			if fresh != (asked > 0) || asked > 1 {
				t.Errorf("question %d for keys has fresh %v", asked+1, fresh)
			}
			document := documents[min(asked, len(documents)-1)]
			asked++
			return document, nil
		},
	}
}

// rsaSet is a document with the key most tests sign with.
func rsaSet() []byte {
	return jwks(jose.JSONWebKey{Key: rsaKey().Public(), KeyID: "k1", Algorithm: "RS256", Use: "sig"})
}

// wantRefusal fails unless err is an *untrusted.Error in one line with want, and without any of raw.
func wantRefusal(t testing.TB, err error, want string, raw token.Secret) {
	t.Helper()
	if _, ok := errors.AsType[*untrusted.Error](err); !ok {
		t.Fatalf("error %v (%T), want an *untrusted.Error", err, err)
	}
	text := err.Error()
	if !strings.HasPrefix(text, "validate ID token: ") || !strings.Contains(text, want) || strings.ContainsAny(text, "\n\r\x1b") {
		t.Errorf("error %q, want one line with %q", text, want)
	}
	for part := range strings.SplitSeq(raw.Reveal(), ".") {
		if len(part) > 20 && strings.Contains(text, part) {
			t.Errorf("error %q contains some of the token", text)
		}
	}
	if strings.Contains(text, "canary-") {
		t.Errorf("error %q contains a secret", text)
	}
}
