// Package signing is the client's side of a JWS: private keys, the algorithm that fits one, and JWTs in the compact
// serialization (RFC 7515, RFC 7517, RFC 7518, RFC 7519).
//
// Client assertions (RFC 7523), request objects (RFC 9101) and DPoP proofs (RFC 9449) are all made of it. It
// deliberately verifies nothing, makes no claim of its own and opens no file.
package signing

import (
	"crypto"
	"encoding/base64"
	"fmt"
	"io"

	"github.com/go-jose/go-jose/v4"
)

// Key is a private key that signs. It prints as nothing of what it holds.
//
// The JWK stands behind a pointer: package fmt calls no methods on unexported fields, and would print what stands in a
// Key that is one. An Ed25519 key is a slice of bytes.
type Key struct {
	jwk *jose.JSONWebKey // private
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

const redacted = "[redacted]"

// Format implements [fmt.Formatter], which outranks every other way package fmt could find to the key.
func (Key) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// String implements [fmt.Stringer].
func (Key) String() string { return redacted }
