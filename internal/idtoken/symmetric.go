package idtoken

import (
	"crypto"
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/go-jose/go-jose/v4"

	"github.com/oauthget/oauthget/internal/signing"
	"github.com/oauthget/oauthget/internal/token"
)

// SymmetricError reports an ID Token signed with a shared secret, while the profile does not say that the client is
// registered for that; see [Verifier.Algorithm].
type SymmetricError struct {
	Algorithm string
	Err       error
}

func (e *SymmetricError) Error() string { return e.Err.Error() }

func (e *SymmetricError) Unwrap() error { return e.Err }

// symmetric wraps err in a SymmetricError if one of algs is keyed by a secret.
func symmetric(err error, algs ...string) error {
	for _, alg := range algs {
		if signing.MACBits(alg) > 0 {
			return &SymmetricError{alg, err}
		}
	}
	return err
}

// claimedAlgorithm returns the alg of an unverified token; empty if there is none.
func claimedAlgorithm(raw token.Secret) string {
	header, _, err := decode(raw)
	if err != nil {
		return ""
	}
	return Decoded{Header: header}.Text("alg")
}

// CheckSecret reports why secret cannot be the key of algorithm. It returns nil if algorithm is not keyed by a secret.
// "client_secret values MUST also contain at least the minimum of number of octets required for MAC keys for the
// particular algorithm used." OpenID Connect Core §16.19
func CheckSecret(algorithm string, secret token.Secret) error {
	bits := signing.MACBits(algorithm)
	switch {
	case bits == 0:
		return nil
	case secret.Empty():
		return fmt.Errorf("%s is keyed by the client secret, and none is configured", algorithm)
	case secret.Len()*8 < bits:
		return fmt.Errorf("the client secret is shorter than the %d bytes that %s requires (OpenID Connect Core §16.19)", bits/8, algorithm)
	}
	return nil
}

// accepted returns the algorithms that an ID Token may be signed with: the registered one, or those of the metadata.
// "The alg value SHOULD be the default of RS256 or the algorithm sent by the Client in the id_token_signed_response_alg
// parameter during Registration." OpenID Connect Core §3.1.3.7 item 7
func (v Verifier) accepted() ([]string, error) {
	if v.Algorithm == "" {
		return algorithms(v.Algorithms)
	}
	if signing.MACBits(v.Algorithm) == 0 {
		return algorithms([]string{v.Algorithm})
	}
	return []string{v.Algorithm}, CheckSecret(v.Algorithm, v.Secret)
}

// verifyMAC: "the octets of the UTF-8 representation of the client_secret … are used as the key to validate the
// signature." OpenID Connect Core §3.1.3.7 item 8
func verifyMAC(jws *jose.JSONWebSignature, secret token.Secret) ([]byte, error) {
	payload, err := jws.Verify([]byte(secret.Reveal()))
	if err != nil {
		return nil, errors.New("the signature is not by the client secret")
	}
	return payload, nil
}

// macHash returns at_hash for a MAC, which go-oidc does not compute: "the hash algorithm used in the alg Header
// Parameter of the ID Token's JOSE Header. For instance, if the alg is HS512, hash the code value with SHA-512". It is
// empty for other algorithms.
func macHash(alg string, accessToken token.Secret) string {
	hashes := map[string]crypto.Hash{"HS256": crypto.SHA256, "HS384": crypto.SHA384, "HS512": crypto.SHA512}
	if !signing.IsSymmetric(alg) {
		return ""
	}
	h := hashes[alg].New()
	_, _ = h.Write([]byte(accessToken.Reveal())) // a hash.Hash never fails
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:h.Size()/2])
}
