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

// signer makes signatures with ES256 (RFC 7518 §3.4), the key of which is the cheapest to make.
type signer struct{ key jose.JSONWebKey }

func newSigner() (*signer, error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make signing key: %w", err)
	}
	key := jose.JSONWebKey{Key: private, Algorithm: string(jose.ES256), Use: "sig"}
	thumbprint, err := key.Thumbprint(crypto.SHA256)
	if err != nil {
		return nil, fmt.Errorf("name signing key: %w", err)
	}
	key.KeyID = base64.RawURLEncoding.EncodeToString(thumbprint)
	return &signer{key}, nil
}

func (s *signer) public() jose.JSONWebKeySet {
	return jose.JSONWebKeySet{Keys: []jose.JSONWebKey{s.key.Public()}}
}

func (s *signer) sign(claims map[string]any) (string, error) { return s.signAs("JWT", claims) }

// signAs says in typ what kind of JWT it is (RFC 8725 §3.11).
func (s *signer) signAs(typ jose.ContentType, claims map[string]any) (string, error) {
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("sign: %w", err)
	}
	options := new(jose.SignerOptions).WithType(typ)
	with, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: s.key}, options)
	if err != nil {
		return "", fmt.Errorf("sign: %w", err)
	}
	signed, err := with.Sign(payload)
	if err != nil {
		return "", fmt.Errorf("sign: %w", err)
	}
	return signed.CompactSerialize()
}

// forger signs with a key of its own and calls it by the name of the right one.
func (s *signer) forger() (*signer, error) {
	f, err := newSigner()
	if err != nil {
		return nil, err
	}
	f.key.KeyID = s.key.KeyID
	return f, nil
}

// idTokenLifetime is short: a client looks at it once, right after it came.
const idTokenLifetime = 10 * time.Minute

// idToken makes the ID Token (OpenID Connect Core §2) that goes along with the access token.
func (s *Server) idToken(a issuing, accessToken string, f Faults) (string, error) {
	now := s.config.Now()
	claims := claimsAbout(a.grant.subject(), a.scopes)
	claims["iss"] = s.Issuer()
	claims["aud"] = a.grant.clientID
	claims["iat"] = now.Unix()
	claims["exp"] = now.Add(idTokenLifetime).Unix()
	claims["auth_time"] = a.grant.login.at.Unix()
	claims["at_hash"] = atHash(accessToken)
	if a.nonce != "" {
		claims["nonce"] = a.nonce
	}
	spoilClaims(claims, now, f)
	if f.AlgNone {
		return unsigned(claims)
	}
	with := s.signer
	if f.BadSignature {
		forger, err := s.signer.forger()
		if err != nil {
			return "", err
		}
		with = forger
	}
	return with.sign(claims)
}

// atHash: OpenID Connect Core §3.1.3.6 "the base64url encoding of the left-most half of the hash of the octets of the ASCII
// representation of the access_token value".
func atHash(accessToken string) string {
	sum := sha256.Sum256([]byte(accessToken))
	return base64.RawURLEncoding.EncodeToString(sum[:len(sum)/2])
}

func spoilClaims(claims map[string]any, now time.Time, f Faults) {
	if f.WrongNonce {
		claims["nonce"] = "not-the-nonce-of-the-request"
	}
	if f.WrongAudience {
		claims["aud"] = "another-client"
	}
	if f.WrongIssuerInIDToken {
		claims["iss"] = attacker
	}
	if f.ExpiredIDToken {
		claims["iat"] = now.Add(-time.Hour - idTokenLifetime).Unix()
		claims["exp"] = now.Add(-time.Hour).Unix()
	}
	if f.WrongAtHash {
		claims["at_hash"] = atHash("another access token")
	}
}

// unsigned is an Unsecured JWS (RFC 7515 Appendix A.5), which no signing library makes.
func unsigned(claims map[string]any) (string, error) {
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("encode claims: %w", err)
	}
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(`{"alg":"none"}`)) + "." + encode(payload) + ".", nil
}
