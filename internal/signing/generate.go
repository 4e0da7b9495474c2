package signing

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"slices"

	"github.com/go-jose/go-jose/v4"
)

// generated are the algorithms that keys are made for, in order of preference: first the one that everybody supports,
// then those that FAPI 2.0 Security Profile §5.4.1 allows, then the rest. RSA keys take a moment to make.
var generated = []string{"ES256", "EdDSA", "PS256", "ES384", "ES512", "RS256"}

// Generate makes a key for one of the supported algorithms: ES256, which every DPoP server knows, if supported is empty
// or lists it. The key signs with no other algorithm.
func Generate(supported ...string) (*Key, error) {
	for _, alg := range generated {
		if len(supported) > 0 && !slices.Contains(supported, alg) {
			continue
		}
		private, err := generate(alg)
		if err != nil {
			return nil, fmt.Errorf("generate key: %w", err)
		}
		return &Key{&jose.JSONWebKey{Key: private, Algorithm: alg}}, nil
	}
	return nil, fmt.Errorf("generate key: %w", &AlgorithmError{Own: generated, Supported: supported})
}

func generate(alg string) (any, error) {
	switch alg {
	case "EdDSA":
		_, private, err := ed25519.GenerateKey(rand.Reader)
		return private, err
	case "PS256", "RS256":
		return rsa.GenerateKey(rand.Reader, MinRSABits)
	case "ES384":
		return ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	case "ES512":
		return ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	}
	return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
}
