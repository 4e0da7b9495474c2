package idtoken

import (
	"bytes"
	"context"
	"crypto"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

func encode(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }

// mac signs with HMAC under key, by hand: go-jose would not take a short one.
func mac(header string, payload, key []byte) token.Secret {
	input := encode(header) + "." + encode(string(payload))
	h := hmac.New(sha256.New, key)
	h.Write([]byte(input))
	return token.NewSecret(input + "." + encode(string(h.Sum(nil))))
}

func TestVerifyRefusesWhatIsNoSignedJWT(t *testing.T) {
	good := sign(jose.RS256, rsaKey(), "k1", validClaims(nil)).Reveal()
	parts := strings.Split(good, ".")
	for name, c := range map[string]struct{ raw, want string }{
		"nothing":          {"", "not a signed JWT"},
		"text":             {"canary-token", "not a signed JWT"},
		"two parts":        {parts[0] + "." + parts[1], "not a signed JWT"},
		"four parts":       {good + ".", "not a signed JWT"},
		"encrypted":        {encode(`{"alg":"RSA-OAEP","enc":"A256GCM"}`) + "....", "encrypted"},
		"JSON":             {`{"payload":"` + parts[1] + `","protected":"` + parts[0] + `","signature":"` + parts[2] + `"}`, "not a signed JWT"},
		"not base64url":    {"!." + parts[1] + "." + parts[2], "not a signed JWT"},
		"kid of a number":  {encode(`{"alg":"RS256","kid":12345678901234567890}`) + "." + parts[1] + "." + parts[2], "not a signed JWT"},
		"alg twice":        {encode(`{"alg":"RS256","alg":"none"}`) + "." + parts[1] + ".", "not a signed JWT"},
		"alg none":         {encode(`{"alg":"none"}`) + "." + parts[1] + ".", `signed with alg "none"`},
		"alg None":         {encode(`{"alg":"None"}`) + "." + parts[1] + ".", `signed with alg "None"`},
		"no alg":           {encode(`{"kid":"k1"}`) + "." + parts[1] + "." + parts[2], `signed with alg ""`},
		"alg to deceive":   {encode(`{"alg":"\u001b[2J\n"}`) + "." + parts[1] + ".", `signed with alg "[2J"`},
		"crit":             {encode(`{"alg":"RS256","crit":["b64"],"b64":false}`) + "." + parts[1] + "." + parts[2], "crit"},
		"too long":         {parts[0] + "." + strings.Repeat("A", maxToken) + "." + parts[2], "longer than"},
		"changed claims":   {parts[0] + "." + encode(string(validClaims(map[string]any{"sub": "admin"}))) + "." + parts[2], "signature"},
		"no signature":     {parts[0] + "." + parts[1] + ".", "signature"},
		"header of itself": {encode(`{"alg":"RS256","kid":"k1","typ":"x"}`) + "." + parts[1] + "." + parts[2], "signature"},
	} {
		t.Run(name, func(t *testing.T) {
			raw := token.NewSecret(c.raw)
			_, err := verifier(t, rsaSet()).Verify(t.Context(), raw, Expected{Nonce: token.NewSecret(nonce)})
			wantRefusal(t, err, c.want, raw)
		})
	}
}

func TestVerifyRefusesAPublicKeyTakenForASecret(t *testing.T) {
	der, err := x509.MarshalPKIXPublicKey(rsaKey().Public())
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range [][]byte{der, rsaKey().N.Bytes(), rsaSet()} {
		raw := mac(`{"alg":"HS256","kid":"k1"}`, validClaims(nil), key)
		v := verifier(t, rsaSet())
		v.Algorithms = []string{"HS256", "none", "RS256"} // the server's word does not help
		_, err := v.Verify(t.Context(), raw, Expected{Nonce: token.NewSecret(nonce)})
		wantRefusal(t, err, `signed with alg "HS256"`, raw)
	}
}

func TestVerifyRefusesASymmetricKeyInTheSet(t *testing.T) {
	secret := bytes.Repeat([]byte("k"), 32)
	raw := mac(`{"alg":"HS256","kid":"k1"}`, validClaims(nil), secret)
	v := verifier(t, jwks(jose.JSONWebKey{Key: secret, KeyID: "k1"}))
	v.Algorithms = []string{"HS256"}
	_, err := v.Verify(t.Context(), raw, Expected{})
	wantRefusal(t, err, "only with HS256", raw)
}

func TestVerifyAcceptsOnlyAlgorithmsOfTheMetadata(t *testing.T) {
	raw := sign(jose.PS256, rsaKey(), "", validClaims(nil))
	set := jwks(jose.JSONWebKey{Key: rsaKey().Public()})
	v := verifier(t, set)
	v.Algorithms = []string{"RS256", "ES256"}
	_, err := v.Verify(t.Context(), raw, Expected{})
	wantRefusal(t, err, `signed with alg "PS256", not with RS256, ES256`, raw)
	v = verifier(t, set)
	v.Algorithms = []string{"PS256", "HS256"}
	if _, err := v.Verify(t.Context(), raw, Expected{}); err != nil {
		t.Error(err)
	}
}

func TestVerifyChoosesTheKeyThatFits(t *testing.T) {
	key := func(kid string, private crypto.Signer) jose.JSONWebKey {
		return jose.JSONWebKey{Key: private.Public(), KeyID: kid}
	}
	with := func(k jose.JSONWebKey, use, alg string) jose.JSONWebKey {
		k.Use, k.Algorithm = use, alg
		return k
	}
	k1, other := key("k1", rsaKey()), key("k2", otherRSAKey())
	for name, c := range map[string]struct {
		kid  string
		set  []byte
		want string // of the error; none where the token is good
	}{
		"the named one of several":      {"k1", jwks(other, k1, key("k3", p256Key())), ""},
		"named, of two by that name":    {"k1", jwks(key("k1", p256Key()), key("k1", otherRSAKey()), k1), ""},
		"the only one without a name":   {"k1", jwks(key("", rsaKey()), key("", p256Key())), ""},
		"no name asked, one fits":       {"", jwks(k1, key("k3", edKey())), ""},
		"no name asked, one to encrypt": {"", jwks(k1, with(other, "enc", "")), ""},
		"beside keys not understood":    {"k1", append([]byte(`{"keys":[{"kty":"OKP","crv":"Ed448","x":"AA","kid":"k1"},{"kty":"EC","crv":"secp256k1"},5,{},null,`), jwks(k1)[9:]...), ""},
		"with a certificate gone wrong": {"k1", bytes.Replace(jwks(k1), []byte(`"kty"`), []byte(`"x5c":["AAAA"],"x5t":"?","kty"`), 1), ""},
		"with key_ops verify":           {"k1", bytes.Replace(jwks(k1), []byte(`"kty"`), []byte(`"key_ops":["verify"],"kty"`), 1), ""},
		"no name asked, two fit":        {"", jwks(k1, other), "its header has no kid, and the issuer has 2 keys for RS256"},
		"no name asked, none fits":      {"", jwks(key("k1", p256Key())), "no key for RS256"},
		"an unknown name":               {"k9", jwks(k1, other), `no key "k9"`},
		"an unknown name, one fits":     {"k9", jwks(k1), `no key "k9"`},
		"an unknown name, two without":  {"k9", jwks(key("", rsaKey()), key("", otherRSAKey())), `no key "k9"`},
		"a name to deceive":             {"\x1b\u202ek9", jwks(k1), `no key "k9"`},
		"another key by that name":      {"k2", jwks(k1, other), "signature"},
		"a key of another type":         {"k1", jwks(key("k1", p256Key())), "of a different type"},
		"a key to encrypt":              {"k1", jwks(with(k1, "enc", "")), `its use is "enc"`},
		"a key for another algorithm":   {"k1", jwks(with(k1, "sig", "RS512")), `its alg is "RS512"`},
		"a key not to verify with":      {"k1", bytes.Replace(jwks(k1), []byte(`"kty"`), []byte(`"key_ops":["encrypt"],"kty"`), 1), `the issuer's key "k1" cannot be read: its key_ops do not include verify`},
		"a type not understood":         {"k1", []byte(`{"keys":[{"kty":"AKP","kid":"k1"}]}`), `the issuer's key "k1" cannot be read: its kty "AKP" is not supported`},
		"a curve not understood":        {"k1", []byte(`{"keys":[{"kty":"EC","kid":"k1","crv":"secp256k1","x":"AA","y":"AA"}]}`), `its crv "secp256k1" is not supported`},
		"a symmetric key":               {"k1", []byte(`{"keys":[{"kty":"oct","kid":"k1","k":"AA"}]}`), `its kty "oct" is not supported`},
		"a damaged key":                 {"k1", []byte(`{"keys":[{"kty":"RSA","kid":"k1","n":"!","e":"AQAB"}]}`), `the issuer's key "k1" cannot be read: it is malformed`},
		"an odd member":                 {"k1", []byte(`{"keys":[{"kid":"k1","kty":"RSA","use":["sig"]}]}`), `the issuer's key "k1" cannot be read: a member of it`},
		"no name asked, none read":      {"", []byte(`{"keys":[{"kty":"AKP"}]}`), `the issuer has no key for RS256, and one that cannot be read: its kty "AKP" is not supported`},
		"no keys":                       {"k1", []byte(`{"keys":[]}`), `no key "k1"`},
		"no set":                        {"k1", []byte(`[]`), "not a JWK Set"},
		"keys twice":                    {"k1", append([]byte(`{"keys":[],`), jwks(k1)[1:]...), "not a JWK Set"},
	} {
		t.Run(name, func(t *testing.T) {
			raw := sign(jose.RS256, rsaKey(), c.kid, validClaims(nil))
			_, err := verifier(t, c.set).Verify(t.Context(), raw, Expected{})
			if c.want != "" {
				wantRefusal(t, err, c.want, raw)
			} else if err != nil {
				t.Error(err)
			}
		})
	}
}

func TestVerifyBindsEachECAlgorithmToItsCurve(t *testing.T) {
	set := jwks(jose.JSONWebKey{Key: p521Key().Public(), KeyID: "k1"})
	raw := sign(jose.ES256, p256Key(), "k1", validClaims(nil))
	_, err := verifier(t, set).Verify(t.Context(), raw, Expected{})
	wantRefusal(t, err, "of a different type", raw)
}

func TestVerifyRefusesAKeyThatEverybodyMaySignWith(t *testing.T) {
	for alg, private := range map[jose.SignatureAlgorithm]any{jose.RS256: rsaKey(), jose.ES256: p256Key(), jose.EdDSA: edKey()} {
		raw := sign(alg, private, "k1", validClaims(nil))
		_, err := verifier(t, jwks(jose.JSONWebKey{Key: private, KeyID: "k1"})).Verify(t.Context(), raw, Expected{})
		wantRefusal(t, err, `the issuer's key "k1" cannot be read: its private half is published`, raw)
	}
}

func TestVerifyRefusesWeakRSAKeys(t *testing.T) {
	raw := sign(jose.RS256, weakRSAKey(), "k1", validClaims(nil))
	_, err := verifier(t, jwks(jose.JSONWebKey{Key: weakRSAKey().Public(), KeyID: "k1"})).Verify(t.Context(), raw, Expected{})
	wantRefusal(t, err, "it has 1024 bits, and RFC 7518 §3.3 requires 2048", raw)
}

func TestVerifyIgnoresAKeyInTheHeader(t *testing.T) {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: otherRSAKey()}, &jose.SignerOptions{EmbedJWK: true})
	if err != nil {
		t.Fatal(err)
	}
	raw := token.NewSecret(must(must(signer.Sign(validClaims(nil))).CompactSerialize()))
	_, err = verifier(t, rsaSet()).Verify(t.Context(), raw, Expected{})
	wantRefusal(t, err, "signature", raw)
}

func TestVerifyFetchesKeysOnceMoreAfterARotation(t *testing.T) {
	set := func(kid string, private crypto.Signer) []byte {
		return jwks(jose.JSONWebKey{Key: private.Public(), KeyID: kid})
	}
	raw := sign(jose.RS256, rsaKey(), "k1", validClaims(nil))
	for name, old := range map[string][]byte{
		"new kid":           set("k0", otherRSAKey()),
		"same kid":          set("k1", otherRSAKey()),
		"never a kid":       set("", otherRSAKey()),
		"a cache gone bad":  []byte("x"),
		"an empty document": nil,
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := verifier(t, old, set("k1", rsaKey())).Verify(t.Context(), raw, Expected{}); err != nil {
				t.Error(err)
			}
			_, err := verifier(t, old, old).Verify(t.Context(), raw, Expected{}) // verifier fails the test at a third question
			wantRefusal(t, err, "", raw)
		})
	}
}

func TestVerifyReturnsTheFailureToGetKeys(t *testing.T) {
	raw := sign(jose.RS256, rsaKey(), "k1", validClaims(nil))
	for _, failing := range []bool{false, true} { // at the first question, or at the fresh one
		v := verifier(t, jwks())
		next := v.Keys
		v.Keys = func(ctx context.Context, fresh bool) ([]byte, error) {
			if fresh == failing {
				return nil, &url.Error{Op: "Get", URL: "https://as.example/jwks", Err: context.DeadlineExceeded}
			}
			return next(ctx, fresh)
		}
		_, err := v.Verify(t.Context(), raw, Expected{})
		if _, ok := errors.AsType[*url.Error](err); !ok {
			t.Errorf("error %v, want a *url.Error", err)
		}
		if _, ok := errors.AsType[*untrusted.Error](err); ok {
			t.Errorf("error %v is an *untrusted.Error", err)
		}
	}
}

func TestVerifyNeedsAnIssuerAndAClient(t *testing.T) {
	raw := sign(jose.RS256, rsaKey(), "k1", validClaims(map[string]any{"iss": "", "aud": ""}))
	for _, v := range []Verifier{{Issuer: issuerURL}, {ClientID: clientID}} { // without Keys: none may be asked for
		if _, err := v.Verify(t.Context(), raw, Expected{}); err == nil || !strings.Contains(err.Error(), "must be known") {
			t.Errorf("issuer %q, client %q: error %v", v.Issuer, v.ClientID, err)
		}
	}
}

func FuzzVerify(f *testing.F) {
	good := sign(jose.EdDSA, edKey(), "k1", validClaims(nil)).Reveal()
	set := jwks(jose.JSONWebKey{Key: edKey().Public(), KeyID: "k1"})
	f.Add(good)
	f.Add(encode(`{"alg":"none"}`) + "." + encode(string(validClaims(nil))) + ".")
	f.Add(encode(`{"alg":"EdDSA","crit":["b64"],"b64":false}`) + ".e30.AA")
	f.Add("....")
	f.Add(`{"payload":"","signatures":[]}`)
	f.Fuzz(func(t *testing.T, text string) {
		raw := token.NewSecret(text)
		c, err := verifier(t, set).Verify(t.Context(), raw, Expected{Nonce: token.NewSecret(nonce)})
		if err == nil {
			// base64 leaves a few bits open, and line breaks: only the claims that were signed may come out.
			if c.Subject != subject {
				t.Errorf("accepted %q", text)
			}
			return
		}
		wantRefusal(t, err, "", raw)
	})
}

func FuzzClaims(f *testing.F) {
	f.Add(validClaims(nil))
	f.Add([]byte(`{"aud":[null],"exp":1e999,"iat":null}`))
	f.Fuzz(func(t *testing.T, payload []byte) {
		v := verifier(t)
		c, err := v.check(payload, Expected{Nonce: token.NewSecret(nonce), Subject: subject})
		if err == nil && (c.issuer != issuerURL || c.subject != subject || c.nonce != nonce || !c.expiry.After(now.Add(-DefaultLeeway))) {
			t.Errorf("accepted %s", payload)
		}
	})
}
