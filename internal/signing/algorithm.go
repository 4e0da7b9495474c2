package signing

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"slices"
	"strings"
)

// MinRSABits: "A key of size 2048 bits or larger MUST be used with these algorithms." RFC 7518 §3.3, §3.5.
const MinRSABits = 2048

// Algorithm chooses what the key signs with: the first of its own algorithms that supported names, the best where
// supported is empty. A JWK that names its alg has no other. An error is an *AlgorithmError.
func (k *Key) Algorithm(supported []string) (string, error) {
	own, err := k.algorithms()
	if err != nil {
		return "", err
	}
	for _, alg := range own {
		if len(supported) == 0 || slices.Contains(supported, alg) {
			return alg, nil
		}
	}
	return "", &AlgorithmError{Own: own, Supported: supported}
}

// AssertionAlgorithm chooses as [Key.Algorithm] does, for assertions (RFC 7521). Where nothing says what the server takes,
// an RSA key signs with RS256, unless it is itself for another: "the "RS256" algorithm, from [JWA], is a
// mandatory-to-implement JSON Web Signature algorithm for this profile." RFC 7523 §5
func (k *Key) AssertionAlgorithm(supported []string) (string, error) {
	if len(supported) == 0 {
		if alg, err := k.Algorithm([]string{"RS256"}); err == nil {
			return alg, nil
		}
	}
	return k.Algorithm(supported)
}

// AlgorithmError says that a key and a server have no algorithm in common.
type AlgorithmError struct{ Own, Supported []string }

func (e *AlgorithmError) Error() string {
	// What is supported is the server's word: names that no algorithm has are left out, and so is a long tail.
	wanted := slices.DeleteFunc(slices.Clone(e.Supported), func(alg string) bool { return !isName(alg) })
	wanted = wanted[:min(len(wanted), 12)]
	if len(wanted) == 0 {
		wanted = []string{"something else"}
	}
	return "the key signs with " + strings.Join(e.Own, ", ") + ", and " + oneOf(wanted) + " is wanted"
}

func oneOf(names []string) string {
	if len(names) == 1 {
		return names[0]
	}
	return "one of " + strings.Join(names, ", ")
}

// isName reports whether alg looks like one of the registry "JSON Web Signature and Encryption Algorithms".
func isName(alg string) bool {
	return alg != "" && len(alg) <= 20 && !strings.ContainsFunc(alg, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-'
	})
}

// algorithms are those that fit the key, the best first: of RSA's two, PSS is the one that has a proof.
func (k *Key) algorithms() ([]string, error) {
	const another = "make another: openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256"
	var fit []string
	switch private := k.jwk.Key.(type) {
	case *rsa.PrivateKey:
		if bits := private.N.BitLen(); bits < MinRSABits {
			return nil, useless(another, "it has %d bits, of the %d that RFC 7518 §3.3 demands", bits, MinRSABits)
		}
		fit = []string{"PS256", "RS256", "PS384", "PS512", "RS384", "RS512"}
	case *ecdsa.PrivateKey: // RFC 7518 §3.4 binds each algorithm to one curve
		if alg := map[string]string{"P-256": "ES256", "P-384": "ES384", "P-521": "ES512"}[private.Params().Name]; alg != "" {
			fit = []string{alg}
		}
	case ed25519.PrivateKey:
		fit = []string{"EdDSA"}
	}
	if len(fit) == 0 {
		return nil, useless(another, "it signs with no algorithm that is known here: keys of RSA, P-256, P-384, P-521 and Ed25519 do")
	}
	// RFC 7517 §4.4: "The "alg" (algorithm) parameter identifies the algorithm intended for use with the key."
	if declared := k.jwk.Algorithm; declared != "" {
		if !slices.Contains(fit, declared) {
			return nil, useless("correct alg, or leave it out", "the JWK's alg is not one of %s, with which such a key signs", strings.Join(fit, ", "))
		}
		fit = []string{declared}
	}
	return fit, nil
}
