package testas

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// clientKey is a client's own key.
type clientKey struct{ private *ecdsa.PrivateKey }

func newClientKey(t *testing.T) clientKey {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return clientKey{private}
}

func (k clientKey) set() *jose.JSONWebKeySet {
	return &jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: k.private.Public(), Use: "sig"}}}
}

// sign makes a JWT of type typ.
func (k clientKey) sign(t *testing.T, typ string, claims map[string]any) string {
	t.Helper()
	return signWith(t, jose.SigningKey{Algorithm: jose.ES256, Key: k.private}, new(jose.SignerOptions).WithType(jose.ContentType(typ)), claims)
}

func signWith(t *testing.T, key jose.SigningKey, options *jose.SignerOptions, claims map[string]any) string {
	t.Helper()
	signer, err := jose.NewSigner(key, options)
	if err != nil {
		t.Fatal(err)
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		t.Fatal(err)
	}
	text, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// changed returns claims with others in their place; nil takes one out.
func changed(claims map[string]any, others map[string]any) map[string]any {
	claims = maps.Clone(claims)
	maps.Copy(claims, others)
	maps.DeleteFunc(claims, func(_ string, value any) bool { return value == nil })
	return claims
}

// assertionOf returns the claims of a good assertion by the client about itself.
func assertionOf(r *Running, client string) map[string]any {
	return map[string]any{
		"iss": client, "sub": client, "aud": r.Issuer(), "exp": time.Now().Add(time.Minute).Unix(), "jti": rand.Text(),
	}
}

const longSecret = "canary-secret-of-more-than-32-bytes"

func assert(t *testing.T, r *Running, assertion string, pairs ...string) answer {
	t.Helper()
	return post(t, r.Issuer()+"/token", change(url.Values{
		"grant_type": {"client_credentials"}, "client_assertion": {assertion}, "client_assertion_type": {assertionType},
	}, pairs))
}

func TestClientAssertions(t *testing.T) {
	t.Parallel()
	key, other := newClientKey(t), newClientKey(t)
	r := start(t, Config{Features: Features{ClientCredentials: true}, Clients: []Client{
		{ID: "key", JWKS: key.set(), AuthMethod: AuthPrivateKeyJWT},
		{ID: "secret", Secret: longSecret, AuthMethod: AuthClientSecretJWT},
		{ID: "basic", Secret: longSecret, JWKS: key.set()},
	}})
	good := func() map[string]any { return assertionOf(r, "key") }
	bad := func(others map[string]any) string { return key.sign(t, "JWT", changed(good(), others)) }
	for name, assertion := range map[string]string{
		"another key":      other.sign(t, "JWT", good()),
		"another issuer":   bad(map[string]any{"iss": "basic"}),
		"another subject":  bad(map[string]any{"sub": "basic"}),
		"another audience": bad(map[string]any{"aud": "https://as.example"}),
		"no audience":      bad(map[string]any{"aud": nil}),
		"no exp":           bad(map[string]any{"exp": nil}),
		"expired":          bad(map[string]any{"exp": time.Now().Add(-2 * time.Minute).Unix()}),
		"valid too long":   bad(map[string]any{"exp": time.Now().Add(2 * time.Hour).Unix()}),
		"not yet valid":    bad(map[string]any{"nbf": time.Now().Add(5 * time.Minute).Unix()}),
		"no jti":           bad(map[string]any{"jti": nil}),
		"not a JWT":        "x.y.z",
		"the public key as a secret": signWith(t, jose.SigningKey{Algorithm: jose.HS256, Key: []byte(longSecret)}, nil,
			good()),
		"a key for a secret":     key.sign(t, "JWT", assertionOf(r, "secret")),
		"registered for another": key.sign(t, "JWT", assertionOf(r, "basic")),
		"an unknown client":      key.sign(t, "JWT", assertionOf(r, "nobody")),
	} {
		t.Run(name, func(t *testing.T) { assert(t, r, assertion).wantError(t, http.StatusUnauthorized, "invalid_client") })
	}
	assert(t, r, key.sign(t, "JWT", good()), "client_id", "basic").wantError(t, http.StatusUnauthorized, "invalid_client")
	assert(t, r, key.sign(t, "JWT", good()), "client_assertion_type", "x").wantError(t, http.StatusUnauthorized, "invalid_client")
	assert(t, r, key.sign(t, "JWT", good()), "client_secret", "x").wantError(t, http.StatusBadRequest, "invalid_request")
	post(t, r.Issuer()+"/token", url.Values{"client_id": {"key"}, "client_secret": {""}}).wantError(t, http.StatusUnauthorized, "invalid_client")
	post(t, r.Issuer()+"/token", url.Values{"client_id": {"secret"}, "client_secret": {longSecret}}).
		wantError(t, http.StatusUnauthorized, "invalid_client")

	once := key.sign(t, "JWT", good())
	assert(t, r, once, "client_id", "key").tokens(t)
	assert(t, r, once).wantError(t, http.StatusUnauthorized, "invalid_client")
	assert(t, r, bad(map[string]any{"aud": []string{"https://as.example", r.Issuer() + "/token"}})).tokens(t)
	assert(t, r, signWith(t, jose.SigningKey{Algorithm: jose.HS256, Key: []byte(longSecret)}, nil, assertionOf(r, "secret"))).tokens(t)

	metadata := get(t, r.Issuer()+"/.well-known/openid-configuration").json(t)
	methods, _ := metadata["token_endpoint_auth_methods_supported"].([]any)
	algs, _ := metadata["token_endpoint_auth_signing_alg_values_supported"].([]any)
	if !slices.Contains(methods, any(AuthPrivateKeyJWT)) || !slices.Contains(algs, any("ES256")) || !slices.Contains(algs, any("HS256")) {
		t.Errorf("metadata lists %v, %v", methods, algs)
	}
}

func TestKeysOfClientsAreChecked(t *testing.T) {
	t.Parallel()
	private := &jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: newClientKey(t).private}}}
	for name, client := range map[string]Client{
		"no keys":      {ID: "a", AuthMethod: AuthPrivateKeyJWT},
		"private keys": {ID: "a", AuthMethod: AuthPrivateKeyJWT, JWKS: private},
		"short secret": {ID: "a", AuthMethod: AuthClientSecretJWT, Secret: "short"},
	} {
		if _, err := New("http://127.0.0.1:1", Config{Clients: []Client{client}}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
