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

// Algorithm chooses the algorithm to sign with: the first of the key's own, best first, that supported lists, or the
// best one if supported is empty. A JWK that names its alg has only that one. An error is an *AlgorithmError.
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

// AssertionAlgorithm chooses as [Key.Algorithm] does, for assertions (RFC 7521). If supported is empty, an RSA key
// signs with RS256 unless it names another alg: "the "RS256" algorithm, from [JWA], is a mandatory-to-implement JSON
// Web Signature algorithm for this profile." RFC 7523 §5
func (k *Key) AssertionAlgorithm(supported []string) (string, error) {
	if len(supported) == 0 {
		if alg, err := k.Algorithm([]string{"RS256"}); err == nil {
			return alg, nil
		}
	}
	return k.Algorithm(supported)
}

// AlgorithmError reports that a key and a server have no algorithm in common.
type AlgorithmError struct{ Own, Supported []string }

func (e *AlgorithmError) Error() string {
	// Supported is the server's text: anything that is not an algorithm's name is left out, and so is a long tail.
	wanted := slices.DeleteFunc(slices.Clone(e.Supported), func(alg string) bool { return !isName(alg) })
	wanted = wanted[:min(len(wanted), 12)]
	if len(wanted) == 0 {
		wanted = []string{"something else"}
	}
	return "the key signs with " + strings.Join(e.Own, ", ") + ", but " + oneOf(wanted) + " is required"
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

// algorithms returns those that fit the key, the best first: of RSA's two kinds, only PSS has a security proof.
func (k *Key) algorithms() ([]string, error) {
	const replace = "make another: openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256"
	var fit []string
	switch private := k.jwk.Key.(type) {
	case *rsa.PrivateKey:
		if bits := private.N.BitLen(); bits < MinRSABits {
			return nil, unusable(replace, "it has %d bits, and RFC 7518 §3.3 requires %d", bits, MinRSABits)
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
		return nil, unusable(replace, "its type is not supported: use RSA, P-256, P-384, P-521 or Ed25519")
	}
	// RFC 7517 §4.4: "The "alg" (algorithm) parameter identifies the algorithm intended for use with the key."
	if declared := k.jwk.Algorithm; declared != "" {
		if !slices.Contains(fit, declared) {
			return nil, unusable("correct alg, or leave it out", "the JWK's alg does not fit its key, which signs with %s", strings.Join(fit, ", "))
		}
		fit = []string{declared}
	}
	return fit, nil
}

// MACs returns the algorithms keyed by a shared secret, the most widely supported first.
func MACs() []string { return []string{"HS256", "HS384", "HS512"} }

// IsSymmetric reports whether algorithm is one of [MACs].
func IsSymmetric(algorithm string) bool { return slices.Contains(MACs(), algorithm) }

// MACBits returns the least key length of one of [MACs], in bits; 0 for any other algorithm. "A key of the same size as
// the hash output (for instance, 256 bits for "HS256") or larger MUST be used with this algorithm." RFC 7518 §3.2
func MACBits(algorithm string) int {
	switch algorithm {
	case "HS256":
		return 256
	case "HS384":
		return 384
	case "HS512":
		return 512
	}
	return 0
}
