package clientauth

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/oauthget/oauthget/internal/signing"
)

// Assertion configures the methods that send a JWT.
type Assertion struct {
	// Audience identifies the authorization server: its issuer identifier, unless the profile sets another value.
	Audience string
	// Supported is the metadata's token_endpoint_auth_signing_alg_values_supported; empty if unknown.
	Supported []string
	// Allowed are the algorithms that a security profile allows; empty for any.
	Allowed []string
}

// assertionType is client_assertion_type: "The value of the "client_assertion_type" is
// "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"." RFC 7523 §2.2
const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// assertionLife is how long an assertion is valid: enough for a slow connection and a slightly wrong clock, too short
// to be useful to somebody who finds it in a log.
const assertionLife = time.Minute

// Algorithm returns the algorithm of the client's assertions; empty if Method sends none. An error is a
// *signing.AlgorithmError or a *SecretError. Call it before the browser opens: Authenticate would fail too late.
func (c Client) Algorithm() (string, error) {
	switch c.Method {
	case SecretJWT:
		return c.macAlgorithm()
	case PrivateKeyJWT:
		return c.keyAlgorithm()
	}
	return "", nil
}

// assert makes a new assertion.
func (c Client) assert() (string, error) {
	alg, err := c.Algorithm()
	if err != nil {
		return "", err
	}
	if c.Method == SecretJWT {
		return c.mac(alg, c.claims())
	}
	return c.sign(alg, c.claims())
}

// claims returns the claims of RFC 7523 §3.
func (c Client) claims() map[string]any {
	now := time.Now
	if c.Now != nil {
		now = c.Now
	}
	issued := now().Unix()
	return map[string]any{
		// "The JWT MUST contain an "iss" (issuer) claim that contains a unique identifier for the entity that issued the JWT."
		"iss": c.ID,
		// "For client authentication, the subject MUST be the "client_id" of the OAuth client."
		"sub": c.ID,
		// "The JWT MUST contain an "aud" (audience) claim containing a value that identifies the authorization server as an
		// intended audience." One string, and the same for every endpoint: a server that is one of several audiences could
		// present the assertion to another (draft-ietf-oauth-rfc7523bis).
		"aud": c.Assertion.Audience,
		// "The JWT MUST contain an "exp" (expiration time) claim that limits the time window during which the JWT can be used."
		"exp": issued + int64(assertionLife/time.Second),
		"iat": issued,
		"nbf": issued,
		// OpenID Connect Core §9: "A unique identifier for the token, which can be used to prevent reuse of the token."
		"jti": rand.Text(),
	}
}

// wanted returns the elements of own that the server supports and the security profile allows.
func (a Assertion) wanted(own []string) []string {
	in := func(list []string, alg string) bool { return len(list) == 0 || slices.Contains(list, alg) }
	return slices.DeleteFunc(slices.Clone(own), func(alg string) bool { return !in(a.Supported, alg) || !in(a.Allowed, alg) })
}

// named returns the asymmetric algorithms that are wanted.
func (a Assertion) named() []string {
	return a.wanted([]string{"PS256", "ES256", "EdDSA", "RS256", "PS384", "PS512", "ES384", "ES512", "RS384", "RS512"})
}

// SecretError reports that the client secret cannot sign: it is too short, or the server accepts no such algorithm.
type SecretError struct {
	Algorithm string // empty if the server accepts none of HS256, HS384 and HS512
	Bits      int    // of the secret
	Need      int    // that Algorithm needs
}

func (e *SecretError) Error() string {
	if e.Algorithm == "" {
		return "the server accepts none of HS256, HS384 and HS512 for client assertions, and a client secret signs with no other"
	}
	return fmt.Sprintf("the client secret has %d bits, and RFC 7518 §3.2 requires %d for %s", e.Bits, e.Need, e.Algorithm)
}

// errNoKey is not reached: the profile's validation requires a key.
var errNoKey = errors.New("private_key_jwt needs a private key")

// keyAlgorithm returns the algorithm that the key signs with.
func (c Client) keyAlgorithm() (string, error) {
	if c.Key == nil {
		return "", errNoKey
	}
	if len(c.Assertion.Supported)+len(c.Assertion.Allowed) == 0 {
		return c.Key.AssertionAlgorithm(nil) // RFC 8414 §2 has no default: "Servers SHOULD support "RS256"."
	}
	wanted := c.Assertion.named()
	if len(wanted) > 0 {
		return c.Key.Algorithm(wanted)
	}
	own, err := c.Key.Algorithm(nil) // an empty list would mean any
	if err != nil {
		return "", err
	}
	return "", &signing.AlgorithmError{Own: []string{own}}
}

// sign returns the JWT of private_key_jwt.
func (c Client) sign(alg string, claims map[string]any) (string, error) {
	text, err := c.Key.Sign(alg, signing.Header{}, claims)
	if err != nil {
		return "", fmt.Errorf("make client assertion: %w", err)
	}
	return text, nil
}

// macAlgorithm returns the first of the three algorithms that the server supports: HS256 unless the metadata says
// otherwise.
func (c Client) macAlgorithm() (string, error) {
	wanted := c.Assertion.wanted(signing.MACs())
	if len(wanted) == 0 {
		return "", &SecretError{}
	}
	alg := wanted[0]
	if bits, need := 8*len(c.Secret.Reveal()), signing.MACBits(alg); bits < need { // too short for the others as well
		return "", &SecretError{alg, bits, need}
	}
	return alg, nil
}

// mac returns the JWT of client_secret_jwt. OpenID Connect Core §10.1: "The MAC key used is the octets of the UTF-8
// [RFC3629] representation of the client_secret value."
func (c Client) mac(alg string, claims map[string]any) (string, error) {
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("make client assertion: %w", err)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.SignatureAlgorithm(alg), Key: []byte(c.Secret.Reveal())}, nil)
	if err != nil {
		return "", errors.New("make client assertion: the client secret cannot sign")
	}
	jws, err := signer.Sign(payload)
	if err != nil {
		return "", errors.New("make client assertion: the client secret cannot sign")
	}
	return jws.CompactSerialize()
}
