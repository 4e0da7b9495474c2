package clientauth

import (
	"errors"
	"fmt"

	"github.com/oauthget/oauthget/internal/signing"
)

// errNoKey is not reached where the profile has been checked.
var errNoKey = errors.New("private_key_jwt needs a private key")

// keyAlgorithm is what the key signs with.
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
	own, err := c.Key.Algorithm(nil) // to which an empty list is no condition
	if err != nil {
		return "", err
	}
	return "", &signing.AlgorithmError{Own: []string{own}}
}

// sign makes the JWT of private_key_jwt.
func (c Client) sign(alg string, claims map[string]any) (string, error) {
	text, err := c.Key.Sign(alg, signing.Header{}, claims)
	if err != nil {
		return "", fmt.Errorf("make client assertion: %w", err)
	}
	return text, nil
}
