package clientauth

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/go-jose/go-jose/v4"
)

// macBits has the algorithms a secret signs with, and how long it has to be.
//
// RFC 7518 §3.2: "A key of the same size as the hash output (for instance, 256 bits for "HS256") or larger MUST be used
// with this algorithm."
var macBits = [...]struct {
	alg  string
	bits int
}{{"HS256", 256}, {"HS384", 384}, {"HS512", 512}}

// macAlgorithm is the first of the three that the server takes, which is the one that every server knows where it does
// not say.
func (c Client) macAlgorithm() (string, error) {
	bits := 8 * len(c.Secret.Reveal())
	for _, m := range macBits {
		if len(c.Assertion.wanted([]string{m.alg})) == 0 {
			continue
		}
		if bits < m.bits { // and all the more for the next
			return "", &SecretError{m.alg, bits, m.bits}
		}
		return m.alg, nil
	}
	return "", &SecretError{}
}

// mac makes the JWT of client_secret_jwt. OpenID Connect Core §10.1: "The MAC key used is the octets of the UTF-8 [RFC3629]
// representation of the client_secret value."
func (c Client) mac(alg string, claims map[string]any) (string, error) {
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("make client assertion: %w", err)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.SignatureAlgorithm(alg), Key: []byte(c.Secret.Reveal())}, nil)
	if err != nil {
		return "", errors.New("make client assertion: the client secret is not fit for it")
	}
	jws, err := signer.Sign(payload)
	if err != nil {
		return "", errors.New("make client assertion: the client secret does not sign")
	}
	return jws.CompactSerialize()
}
