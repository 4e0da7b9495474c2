package clientauth

import (
	"crypto/rand"
	"fmt"
	"slices"
	"time"
)

// Assertion is what the methods that send a JWT need beyond a secret or a key.
type Assertion struct {
	// Audience identifies the authorization server: its issuer identifier, unless it is known to want something else.
	Audience string
	// Supported is the metadata's token_endpoint_auth_signing_alg_values_supported; empty where it is not known.
	Supported []string
	// Allowed are the algorithms that a security profile leaves; empty for any.
	Allowed []string
}

// assertionType is client_assertion_type: "The value of the "client_assertion_type" is
// "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"." RFC 7523 §2.2
const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// assertionLife is how long an assertion is good for: long enough for a slow connection and a clock that is a little
// wrong, too short to be of use to who finds it in a log.
const assertionLife = time.Minute

// Algorithm is what the client's assertions are signed with, empty where Method sends none. An error is a
// *signing.AlgorithmError or a *SecretError. It is asked before a person is sent to the browser: Authenticate would find
// out too late.
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

// claims are those of RFC 7523 §3.
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

// wanted filters own, in its order, by what the server supports and the security profile allows.
func (a Assertion) wanted(own []string) []string {
	in := func(list []string, alg string) bool { return len(list) == 0 || slices.Contains(list, alg) }
	return slices.DeleteFunc(slices.Clone(own), func(alg string) bool { return !in(a.Supported, alg) || !in(a.Allowed, alg) })
}

// named lists what would be wanted of the registry's asymmetric algorithms, for an error.
func (a Assertion) named() []string {
	return a.wanted([]string{"PS256", "ES256", "EdDSA", "RS256", "PS384", "PS512", "ES384", "ES512", "RS384", "RS512"})
}

// SecretError says that the client secret is too short to sign with.
type SecretError struct {
	Algorithm string // empty where the server takes none of HS256, HS384 and HS512
	Bits      int    // that the secret has
	Need      int    // bits
}

func (e *SecretError) Error() string {
	if e.Algorithm == "" {
		return "none of HS256, HS384 and HS512 is wanted for client assertions, and a client secret signs with no other"
	}
	return fmt.Sprintf("the client secret has %d bits, of the %d that %s needs (RFC 7518 §3.2)", e.Bits, e.Need, e.Algorithm)
}
