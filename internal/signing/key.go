// Package signing is the client's side of a JWS: private keys, the algorithm that fits one, and JWTs in the compact
// serialization (RFC 7515, RFC 7517, RFC 7518, RFC 7519).
//
// Client assertions (RFC 7523), request objects (RFC 9101) and DPoP proofs (RFC 9449) are all made of it. It
// deliberately verifies nothing, makes no claim of its own and opens no file.
package signing

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"
)

// Key is a private key that signs. It prints as nothing of what it holds.
type Key struct {
	jwk jose.JSONWebKey // private
}

// Parse reads a private key: PEM (PKCS #8, PKCS #1, SEC 1) or a JWK. id is its kid where it is not empty. Its errors hold
// none of data.
func Parse(data []byte, id string) (*Key, error) {
	k, err := parse(data)
	if err != nil {
		return nil, fmt.Errorf("read private key: %w", err)
	}
	if id != "" {
		k.jwk.KeyID = id
	}
	if _, err := k.Algorithm(nil); err != nil {
		return nil, fmt.Errorf("read private key: %w", err)
	}
	return k, nil
}

func parse(data []byte) (*Key, error) {
	text := strings.TrimSpace(string(data))
	if strings.HasPrefix(text, "{") {
		var jwk jose.JSONWebKey
		if jwk.UnmarshalJSON([]byte(text)) != nil {
			return nil, errors.New("not a JWK that is understood")
		}
		if _, ok := jwk.Key.(crypto.Signer); !ok {
			return nil, errors.New("the JWK is not a private key")
		}
		return &Key{jwk}, nil
	}
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		private, err := parseBlock(block)
		if private != nil || err != nil {
			return &Key{jose.JSONWebKey{Key: private}}, err
		}
	}
	return nil, errors.New("neither PEM with a private key nor a JWK")
}

// parseBlock returns nil for a block that is no private key, such as a certificate.
func parseBlock(block *pem.Block) (private any, err error) {
	switch block.Type {
	case "PRIVATE KEY":
		private, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	case "RSA PRIVATE KEY":
		private, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	case "EC PRIVATE KEY":
		private, err = x509.ParseECPrivateKey(block.Bytes)
	case "ENCRYPTED PRIVATE KEY":
		return nil, errors.New("it is encrypted; decrypt it first, or keep it in a file that is for you alone")
	default:
		return nil, nil
	}
	if block.Headers["DEK-Info"] != "" {
		return nil, errors.New("it is encrypted; decrypt it first, or keep it in a file that is for you alone")
	}
	if err != nil {
		return nil, fmt.Errorf("the PEM block %s is damaged", block.Type)
	}
	return private, nil
}

// MarshalJSON returns the private JWK. It bears the secret in clear: only what seals it may call it.
func (k *Key) MarshalJSON() ([]byte, error) { return k.jwk.MarshalJSON() }

// Public returns the public JWK: the members that RFC 7638 §3.2 has in a thumbprint, and no other.
func (k *Key) Public() jose.JSONWebKey {
	public := k.jwk.Public()
	return jose.JSONWebKey{Key: public.Key}
}

// Thumbprint is the JWK SHA-256 Thumbprint (RFC 7638), in base64url.
func (k *Key) Thumbprint() string {
	sum, err := k.jwk.Thumbprint(crypto.SHA256)
	if err != nil {
		return "" // not reached: only keys it is defined for have been parsed
	}
	return base64.RawURLEncoding.EncodeToString(sum)
}

// minRSABits: "A key of size 2048 bits or larger MUST be used with these algorithms." RFC 7518 §3.3, §3.5.
const minRSABits = 2048

// Algorithm chooses what the key signs with: the first of its own algorithms that supported names, the best where
// supported is empty. A JWK that names its alg has no other.
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

// AlgorithmError says that a key and a server have no algorithm in common.
type AlgorithmError struct{ Own, Supported []string }

func (e *AlgorithmError) Error() string {
	return fmt.Sprintf("the key signs with %s, and %s is wanted", strings.Join(e.Own, ", "), strings.Join(e.Supported, ", "))
}

// algorithms are those that fit the key, the best first: of RSA's two, PSS is the one that has a proof.
func (k *Key) algorithms() ([]string, error) {
	var fit []string
	switch private := k.jwk.Key.(type) {
	case *rsa.PrivateKey:
		if bits := private.N.BitLen(); bits < minRSABits {
			return nil, fmt.Errorf("it has %d bits, of the %d that RFC 7518 §3.3 demands", bits, minRSABits)
		}
		fit = []string{"PS256", "RS256", "PS384", "PS512", "RS384", "RS512"}
	case *ecdsa.PrivateKey: // RFC 7518 §3.4 binds each algorithm to one curve
		if alg := map[string]string{"P-256": "ES256", "P-384": "ES384", "P-521": "ES512"}[private.Params().Name]; alg != "" {
			fit = []string{alg}
		}
	case ed25519.PrivateKey:
		fit = []string{"EdDSA"}
	}
	if declared := k.jwk.Algorithm; declared != "" {
		fit = slices.DeleteFunc(fit, func(alg string) bool { return alg != declared })
	}
	if len(fit) == 0 {
		return nil, errors.New("no signature algorithm fits it: RSA, P-256, P-384, P-521 and Ed25519 keys have one")
	}
	return fit, nil
}

// Header is what the JOSE header of a JWT bears beside alg.
type Header struct {
	Type  string // typ; empty for none
	Embed bool   // the public key as jwk, in place of a kid
}

// Sign returns claims as a JWT signed with alg, which [Key.Algorithm] chose.
func (k *Key) Sign(alg string, h Header, claims map[string]any) (string, error) {
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("sign: %w", err)
	}
	options := &jose.SignerOptions{EmbedJWK: h.Embed}
	if h.Type != "" {
		options = options.WithType(jose.ContentType(h.Type))
	}
	key := k.jwk
	if h.Embed {
		key = jose.JSONWebKey{Key: k.jwk.Key}
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.SignatureAlgorithm(alg), Key: key}, options)
	if err != nil {
		return "", fmt.Errorf("sign with %s: the key is not fit for it", alg)
	}
	jws, err := signer.Sign(payload)
	if err != nil {
		return "", fmt.Errorf("sign with %s: %w", alg, err)
	}
	return jws.CompactSerialize()
}
