// Package signing is the client's side of a JWS: private keys, the algorithm that fits one, and JWTs in the compact
// serialization (RFC 7515, RFC 7517, RFC 7518, RFC 7519).
//
// Client assertions (RFC 7523), request objects (RFC 9101) and DPoP proofs (RFC 9449) are made with it. It verifies
// nothing, adds no claims and opens no files.
package signing

import (
	"crypto"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"

	"github.com/go-jose/go-jose/v4"
)

// Key is a private key that signs. It never prints its contents.
//
// The JWK is behind a pointer: package fmt calls no methods on unexported fields, and would print the JWK of a Key in
// one. An Ed25519 key is a slice of bytes.
type Key struct {
	jwk *jose.JSONWebKey // private
}

// MarshalJSON returns the private JWK, in clear: call it only to encrypt the result.
func (k *Key) MarshalJSON() ([]byte, error) { return k.jwk.MarshalJSON() }

// Public returns the public JWK with only the members of a thumbprint (RFC 7638 §3.2).
func (k *Key) Public() jose.JSONWebKey {
	public := k.jwk.Public()
	return jose.JSONWebKey{Key: public.Key}
}

// Published returns the public JWK as a client publishes it (RFC 7517 §4): with the kid that its signatures name.
func (k *Key) Published() jose.JSONWebKey {
	public := k.Public()
	public.KeyID, public.Use = k.jwk.KeyID, "sig"
	return public
}

// Thumbprint returns the JWK SHA-256 Thumbprint (RFC 7638), in base64url.
func (k *Key) Thumbprint() string {
	sum, err := k.jwk.Thumbprint(crypto.SHA256)
	if err != nil {
		return "" // not reached: Parse only accepts keys that have one
	}
	return base64.RawURLEncoding.EncodeToString(sum)
}

const redacted = "[redacted]"

// Format implements [fmt.Formatter], which takes precedence over all other ways in which package fmt formats a value.
func (Key) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// String implements [fmt.Stringer].
func (Key) String() string { return redacted }

// Header is the part of a JWT's JOSE header beside alg.
type Header struct {
	Type  string // typ; empty for none
	Embed bool   // include the public key as jwk, instead of a kid
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
	key := *k.jwk
	if h.Embed {
		key = jose.JSONWebKey{Key: k.jwk.Key}
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.SignatureAlgorithm(alg), Key: key}, options)
	if err != nil {
		return "", fmt.Errorf("sign with %s: the key does not fit this algorithm", alg)
	}
	jws, err := signer.Sign(payload)
	if err != nil {
		return "", fmt.Errorf("sign with %s: %w", alg, err)
	}
	return jws.CompactSerialize()
}
