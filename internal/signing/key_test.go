package signing

import (
	"crypto"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"
)

var rsaKey = sync.OnceValue(func() *rsa.PrivateKey { return generateRSA(2048) })

func generateRSA(bits int) *rsa.PrivateKey {
	private, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		panic(err)
	}
	return private
}

func generateEC(t testing.TB, curve elliptic.Curve) *ecdsa.PrivateKey {
	t.Helper()
	private, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return private
}

func pkcs8(t testing.TB, private any) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

func sec1(t testing.TB, private *ecdsa.PrivateKey) []byte {
	t.Helper()
	der, err := x509.MarshalECPrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der})
}

// jwkOf is a private JWK with more members than the key's own.
func jwkOf(t testing.TB, private any, more map[string]any) []byte {
	t.Helper()
	text, err := jose.JSONWebKey{Key: private}.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	var members map[string]any
	if err := json.Unmarshal(text, &members); err != nil {
		t.Fatal(err)
	}
	for name, value := range more {
		members[name] = value
	}
	text, err = json.Marshal(members)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestEveryFormOfAKeyIsReadAndSignsWithItsAlgorithm(t *testing.T) {
	_, ed, _ := ed25519.GenerateKey(rand.Reader)
	p256, p384, p521 := generateEC(t, elliptic.P256()), generateEC(t, elliptic.P384()), generateEC(t, elliptic.P521())
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte("of no interest")})
	for name, c := range map[string]struct {
		data   []byte
		public crypto.PublicKey
		want   string
	}{
		"RSA, PKCS 8":               {pkcs8(t, rsaKey()), rsaKey().Public(), "PS256"},
		"RSA, PKCS 1":               {pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(rsaKey())}), rsaKey().Public(), "PS256"},
		"RSA, JWK":                  {jwkOf(t, rsaKey(), nil), rsaKey().Public(), "PS256"},
		"RSA, JWK for RS384":        {jwkOf(t, rsaKey(), map[string]any{"alg": "RS384"}), rsaKey().Public(), "RS384"},
		"P-256, PKCS 8":             {pkcs8(t, p256), p256.Public(), "ES256"},
		"P-256, SEC 1":              {sec1(t, p256), p256.Public(), "ES256"},
		"P-256 after a certificate": {append(certificate, pkcs8(t, p256)...), p256.Public(), "ES256"},
		"P-384, SEC 1":              {sec1(t, p384), p384.Public(), "ES384"},
		"P-521, PKCS 8":             {pkcs8(t, p521), p521.Public(), "ES512"},
		"P-521, JWK":                {jwkOf(t, p521, map[string]any{"use": "sig", "key_ops": []string{"sign"}}), p521.Public(), "ES512"},
		"Ed25519, PKCS 8":           {pkcs8(t, ed), ed.Public(), "EdDSA"},
		"Ed25519, JWK":              {append([]byte("\n "), jwkOf(t, ed, nil)...), ed.Public(), "EdDSA"},
	} {
		k, err := Parse(c.data, "")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		alg, err := k.Algorithm(nil)
		if alg != c.want || err != nil {
			t.Errorf("%s: %s, %v; want %s", name, alg, err, c.want)
			continue
		}
		text, err := k.Sign(alg, Header{Type: "test+jwt"}, map[string]any{"sub": name})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		parsed, err := jose.ParseSignedCompact(text, []jose.SignatureAlgorithm{jose.SignatureAlgorithm(c.want)})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		payload, err := parsed.Verify(c.public)
		if err != nil || string(payload) != fmt.Sprintf(`{"sub":%q}`, name) {
			t.Errorf("%s: %s, %v", name, payload, err)
		}
		if typ := parsed.Signatures[0].Header.ExtraHeaders[jose.HeaderType]; typ != "test+jwt" {
			t.Errorf("%s: typ %v", name, typ)
		}
	}
}

func TestWhatIsNoSigningKeyIsRefusedWithAdvice(t *testing.T) {
	p256, other := generateEC(t, elliptic.P256()), generateEC(t, elliptic.P256())
	x25519, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	spki, err := x509.MarshalPKIXPublicKey(p256.Public())
	if err != nil {
		t.Fatal(err)
	}
	public, err := jose.JSONWebKey{Key: p256.Public()}.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	private, err := p256.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	// Two halves that do not fit together.
	mixed := jwkOf(t, other, map[string]any{"d": base64.RawURLEncoding.EncodeToString(private)})
	block := func(kind, dekInfo string, content []byte) []byte {
		b := &pem.Block{Type: kind, Bytes: content}
		if dekInfo != "" {
			b.Headers = map[string]string{"Proc-Type": "4,ENCRYPTED", "DEK-Info": dekInfo}
		}
		return pem.EncodeToMemory(b)
	}
	for name, c := range map[string]struct {
		data         []byte
		want, advice string // parts of them
	}{
		"nothing":                    {nil, "neither PEM nor a JWK", ""},
		"a password":                 {[]byte("canary-password"), "neither PEM nor a JWK", ""},
		"RSA of 1024 bits":           {pkcs8(t, generateRSA(1024)), "1024 bits, and RFC 7518 §3.3 requires 2048", "openssl genpkey"},
		"P-224":                      {sec1(t, generateEC(t, elliptic.P224())), "its type is not supported", "openssl genpkey"},
		"X25519":                     {pkcs8(t, x25519), "its type is not supported", "openssl genpkey"},
		"encrypted PKCS 8":           {block("ENCRYPTED PRIVATE KEY", "", []byte("canary")), "encrypted", "openssl pkey"},
		"encrypted as of old":        {block("RSA PRIVATE KEY", "AES-128-CBC,00", []byte("canary")), "encrypted", "openssl pkey"},
		"damaged":                    {block("PRIVATE KEY", "", []byte("canary")), "PRIVATE KEY is damaged or of", ""},
		"OpenSSH":                    {block("OPENSSH PRIVATE KEY", "", []byte("canary")), "OpenSSH's own", "ssh-keygen -p"},
		"public PEM":                 {block("PUBLIC KEY", "", spki), "no PEM block of a private key", "private key"},
		"public JWK":                 {public, "not a private key", "private key"},
		"JWK for encryption":         {jwkOf(t, p256, map[string]any{"use": "enc"}), "not for signatures", "signatures"},
		"JWK for derivation":         {jwkOf(t, p256, map[string]any{"key_ops": []string{"deriveKey"}}), "not for signatures", "signatures"},
		"JWK with another key's alg": {jwkOf(t, p256, map[string]any{"alg": "ES384"}), "does not fit its key, which signs with ES256", "alg"},
		"JWK with an encryption alg": {jwkOf(t, rsaKey(), map[string]any{"alg": "RSA-OAEP"}), "does not fit its key, which signs with PS256", "alg"},
		"JWK Set":                    {[]byte(`{"keys":[` + string(jwkOf(t, p256, nil)) + `]}`), "JWK Set", "one of its keys"},
		"symmetric JWK":              {[]byte(`{"kty":"oct","k":"Y2FuYXJ5"}`), "not a private key", ""},
		"JWK of another curve":       {[]byte(`{"kty":"EC","crv":"secp256k1","x":"Y2FuYXJ5","y":"Y2FuYXJ5","d":"Y2FuYXJ5"}`), "not a valid JWK of a supported type", ""},
		"JWK of two halves":          {mixed, "do not belong to", ""},
	} {
		_, err := Parse(c.data, "")
		e, ok := errors.AsType[*KeyError](err)
		if !ok {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !strings.Contains(e.Error(), c.want) || !strings.Contains(e.Advice, c.advice) {
			t.Errorf("%s: %s; advice: %s", name, e, e.Advice)
		}
		if holds(e.Error()+e.Advice, c.data) {
			t.Errorf("%s: the error tells of the key: %s", name, e)
		}
	}
}

// holds reports whether text repeats a run of ten bytes of data, but for the names of the field.
func holds(text string, data []byte) bool {
	for _, name := range []string{"ENCRYPTED PRIVATE KEY", "OPENSSH PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "PRIVATE KEY"} {
		text = strings.ReplaceAll(text, name, "")
	}
	for i := 0; i+10 <= len(data); i++ {
		if strings.Contains(text, string(data[i:i+10])) {
			return true
		}
	}
	return false
}

func TestKeyIDIsTheProfilesOrTheJWKsOwn(t *testing.T) {
	data := jwkOf(t, generateEC(t, elliptic.P256()), map[string]any{"kid": "own"})
	for id, want := range map[string]string{"": "own", "given": "given"} {
		k, err := Parse(data, id)
		if err != nil {
			t.Fatal(err)
		}
		if got := headerOf(t, k, Header{}); got.KeyID != want || got.JSONWebKey != nil {
			t.Errorf("%q: kid %q, jwk %v", id, got.KeyID, got.JSONWebKey)
		}
		got := headerOf(t, k, Header{Embed: true})
		if got.KeyID != "" || got.JSONWebKey == nil || !got.JSONWebKey.IsPublic() {
			t.Errorf("embedded: kid %q, jwk %v", got.KeyID, got.JSONWebKey)
		}
	}
}

func headerOf(t *testing.T, k *Key, h Header) jose.Header {
	t.Helper()
	text, err := k.Sign("ES256", h, nil)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := jose.ParseSignedCompact(text, []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		t.Fatal(err)
	}
	return parsed.Signatures[0].Header
}

func TestAlgorithmIsTheBestThatBothKnow(t *testing.T) {
	k, err := Parse(pkcs8(t, rsaKey()), "")
	if err != nil {
		t.Fatal(err)
	}
	for want, supported := range map[string][]string{
		"PS256": {"RS256", "ES256", "PS256"},
		"RS256": {"ES256", "RS512", "RS256"},
		"RS512": {"none", "HS256", "RS512"},
	} {
		if got, err := k.Algorithm(supported); got != want || err != nil {
			t.Errorf("%v: %s, %v", supported, got, err)
		}
	}
	_, err = k.Algorithm([]string{"ES256", "none, or else", "EdDSA"})
	e, ok := errors.AsType[*AlgorithmError](err)
	if !ok || e.Error() != "the key signs with PS256, RS256, PS384, PS512, RS384, RS512, but one of ES256, EdDSA is required" {
		t.Errorf("%v", err)
	}
	if _, err := k.Sign("ES256", Header{}, nil); err == nil {
		t.Error("an RSA key has signed with ES256")
	}
}

func TestAssertionIsSignedInAWayTheServerKnows(t *testing.T) {
	for name, c := range map[string]struct {
		key       []byte
		supported []string
		want      string // empty: an error
	}{
		"RSA, and nobody says what":   {pkcs8(t, rsaKey()), nil, "RS256"},
		"RSA, and the server says":    {pkcs8(t, rsaKey()), []string{"PS256", "RS256"}, "PS256"},
		"RSA, and it wants another":   {pkcs8(t, rsaKey()), []string{"RS512"}, "RS512"},
		"RSA, and it has no such key": {pkcs8(t, rsaKey()), []string{"ES256"}, ""},
		"RSA for one alone":           {jwkOf(t, rsaKey(), map[string]any{"alg": "PS256"}), nil, "PS256"},
		"another key":                 {pkcs8(t, generateEC(t, elliptic.P256())), nil, "ES256"},
	} {
		k, err := Parse(c.key, "")
		if err != nil {
			t.Fatal(err)
		}
		if got, err := k.AssertionAlgorithm(c.supported); got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%s: %q, %v, want %q", name, got, err, c.want)
		}
	}
}

// The example of RFC 7638 §3.1.
func TestThumbprintIsThatOfTheRFC(t *testing.T) {
	k := Key{new(jose.JSONWebKey)}
	if err := k.jwk.UnmarshalJSON([]byte(`{"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"}`)); err != nil {
		t.Fatal(err)
	}
	if got := k.Thumbprint(); got != "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs" {
		t.Error(got)
	}
}

func TestGeneratedKeySurvivesItsStoredForm(t *testing.T) {
	k, err := Generate()
	if err != nil {
		t.Fatal(err)
	}
	stored, err := k.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	again, err := Parse(stored, "")
	if err != nil {
		t.Fatal(err)
	}
	if again.Thumbprint() != k.Thumbprint() {
		t.Error("it is another key")
	}
	if alg, err := again.Algorithm([]string{"ES256"}); alg != "ES256" || err != nil {
		t.Error(alg, err)
	}
	public, err := k.Public().MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	var members map[string]string
	if err := json.Unmarshal(public, &members); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"crv", "kty", "x", "y"}, sortedNames(members)); diff != "" {
		t.Error(diff)
	}
}

func sortedNames(members map[string]string) []string {
	var names []string
	for _, name := range []string{"alg", "crv", "d", "kid", "kty", "use", "x", "y"} {
		if _, ok := members[name]; ok {
			names = append(names, name)
		}
	}
	return names
}

func TestKeyIsNeverPrinted(t *testing.T) {
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	k, err := Parse(jwkOf(t, ed, nil), "the-kid")
	if err != nil {
		t.Fatal(err)
	}
	type holder struct {
		Public  *Key
		private *Key
		Value   Key
	}
	seed := ed.Seed()
	spellings := []string{
		fmt.Sprintf("%x", seed[:6]), fmt.Sprintf("%X", seed[:6]), strings.Trim(fmt.Sprint(seed[:6]), "[]"),
		base64.RawURLEncoding.EncodeToString(seed)[:8], string(seed[:6]), strings.Trim(fmt.Sprintf("%#v", seed[:6]), "[]byte{}"),
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%b", "%o", "%c", "%U", "%t", "% x"} {
		for _, value := range []any{k, *k, &k, holder{k, k, *k}, &holder{k, k, *k}, []*Key{k}, map[string]Key{"a": *k}} {
			text := fmt.Sprintf(verb, value)
			for _, s := range spellings {
				if strings.Contains(text, s) {
					t.Errorf("%s of %T tells the key: %s", verb, value, text)
				}
			}
		}
	}
	if k.String() != redacted {
		t.Error(k.String())
	}
}

func FuzzParse(f *testing.F) {
	_, ed, _ := ed25519.GenerateKey(rand.Reader)
	for _, seed := range [][]byte{
		pkcs8(f, ed), jwkOf(f, ed, nil), sec1(f, generateEC(f, elliptic.P256())), jwkOf(f, generateEC(f, elliptic.P521()), map[string]any{"use": "sig"}),
		[]byte("-----BEGIN RSA PRIVATE KEY-----\nDEK-Info: x\n\nAAAA\n-----END RSA PRIVATE KEY-----\n"), []byte(`{"kty":"RSA"}`), []byte("{"),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		k, err := Parse(data, "")
		if err != nil {
			if _, ok := errors.AsType[*KeyError](err); !ok {
				t.Fatalf("%T: %v", err, err)
			}
			return
		}
		// What is taken can be used.
		alg, err := k.Algorithm(nil)
		if err != nil {
			t.Fatal(err)
		}
		text, err := k.Sign(alg, Header{}, nil)
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := jose.ParseSignedCompact(text, []jose.SignatureAlgorithm{jose.SignatureAlgorithm(alg)})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := parsed.Verify(k.Public()); err != nil {
			t.Fatal(err)
		}
	})
}
