package clientauth

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/go-jose/go-jose/v4"

	"github.com/oauthget/oauthget/internal/signing"
)

// macAlgorithm is the first of the three that the server takes, which is the one that every server knows where it does
// not say.
func (c Client) macAlgorithm() (string, error) {
	wanted := c.Assertion.wanted(signing.MACs())
	if len(wanted) == 0 {
		return "", &SecretError{}
	}
	alg := wanted[0]
	if bits, need := 8*len(c.Secret.Reveal()), signing.MACBits(alg); bits < need { // and all the more for the next
		return "", &SecretError{alg, bits, need}
	}
	return alg, nil
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
