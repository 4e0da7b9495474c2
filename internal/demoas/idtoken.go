package demoas

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// Signer signs with ES256 (RFC 7518 §3.4), whose keys are the fastest to make.
type Signer struct{ Key jose.JSONWebKey }

// NewSigner returns a signer with a new key.
func NewSigner() (*Signer, error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make signing key: %w", err)
	}
	key := jose.JSONWebKey{Key: private, Algorithm: string(jose.ES256), Use: "sig"}
	thumbprint, err := key.Thumbprint(crypto.SHA256)
	if err != nil {
		return nil, fmt.Errorf("make signing key: %w", err)
	}
	key.KeyID = base64.RawURLEncoding.EncodeToString(thumbprint)
	return &Signer{key}, nil
}

// Sign returns a JWT. typ says what kind of JWT it is (RFC 8725 §3.11).
func (s *Signer) Sign(typ string, claims map[string]any) (string, error) {
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("sign: %w", err)
	}
	options := new(jose.SignerOptions).WithType(jose.ContentType(typ))
	with, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: s.Key}, options)
	if err != nil {
		return "", fmt.Errorf("sign: %w", err)
	}
	signed, err := with.Sign(payload)
	if err != nil {
		return "", fmt.Errorf("sign: %w", err)
	}
	return signed.CompactSerialize()
}

// Sign returns a JWT that is signed with the server's key.
func (s *Server) Sign(typ string, claims map[string]any) (string, error) {
	return s.signer.Sign(typ, claims)
}

// Keys returns the server's public keys.
func (s *Server) Keys() jose.JSONWebKeySet {
	return jose.JSONWebKeySet{Keys: []jose.JSONWebKey{s.signer.Key.Public()}}
}

// idTokenLifetime is short, because a client checks an ID Token when it arrives.
const idTokenLifetime = 10 * time.Minute

// idTokenClaims returns the claims of the ID Token (OpenID Connect Core §2) that is issued with the access token.
func (s *Server) idTokenClaims(a Issuing) map[string]any {
	now := s.config.Now()
	claims := Claims(a.Grant.Login.User, a.Scopes)
	claims["iss"] = s.Issuer()
	claims["aud"] = a.Grant.ClientID
	claims["iat"] = now.Unix()
	claims["exp"] = now.Add(idTokenLifetime).Unix()
	claims["auth_time"] = a.Grant.Login.At.Unix()
	claims["at_hash"] = atHash(a.AccessToken)
	if a.nonce != "" {
		claims["nonce"] = a.nonce
	}
	return claims
}

// atHash: OpenID Connect Core §3.1.3.6 "the base64url encoding of the left-most half of the hash of the octets of the ASCII
// representation of the access_token value".
func atHash(accessToken string) string {
	sum := sha256.Sum256([]byte(accessToken))
	return base64.RawURLEncoding.EncodeToString(sum[:len(sum)/2])
}
