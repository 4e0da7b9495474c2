package testas

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/oauthget/oauthget/internal/demoas"
)

// signOrForge signs with the server's key, or with another key that has its name.
func (s *Server) signOrForge(claims map[string]any, forge bool) (string, error) {
	if !forge {
		return s.Sign("JWT", claims)
	}
	forger, err := demoas.NewSigner()
	if err != nil {
		return "", err
	}
	forger.Key.KeyID = s.Keys().Keys[0].KeyID
	return forger.Sign("JWT", claims)
}

// spoilsIDToken reports whether the ID Token is not the one that demoas issues.
func (f Faults) spoilsIDToken() bool {
	return f.WrongNonce || f.OmitNonce || f.NamelessIDToken || f.IssuerSlash || f.Tenant != "" || f.WrongAudience || f.WrongIssuerInIDToken || f.ExpiredIDToken || f.WrongAtHash || f.BadSignature || f.AlgNone
}

// spoilIDToken returns the ID Token with the faults.
func (s *Server) spoilIDToken(idToken string, f Faults) (string, error) {
	token, err := jwt.ParseSigned(idToken, []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		return "", fmt.Errorf("spoil ID Token: %w", err)
	}
	var claims map[string]any
	if err := token.UnsafeClaimsWithoutVerification(&claims); err != nil {
		return "", fmt.Errorf("spoil ID Token: %w", err)
	}
	if f.WrongNonce {
		claims["nonce"] = "not-the-nonce-of-the-request"
	}
	if f.IssuerSlash {
		claims["iss"] = s.issuer(f)
	}
	if f.Tenant != "" {
		claims["iss"], claims["tid"] = s.Issuer()+"/"+f.Tenant, f.Tenant
	}
	if f.WrongTenant {
		claims["tid"] = "another-tenant"
	}
	if f.OmitNonce {
		delete(claims, "nonce")
	}
	if f.NamelessIDToken {
		for _, name := range []string{"name", "preferred_username", "email", "email_verified"} {
			delete(claims, name)
		}
	}
	if f.WrongAudience {
		claims["aud"] = "another-client"
	}
	if f.WrongIssuerInIDToken {
		claims["iss"] = attacker
	}
	if f.ExpiredIDToken {
		now := s.config.Now()
		claims["iat"], claims["exp"] = now.Add(-2*time.Hour).Unix(), now.Add(-time.Hour).Unix()
	}
	if f.WrongAtHash {
		claims["at_hash"] = base64.RawURLEncoding.EncodeToString(make([]byte, 16))
	}
	if f.AlgNone {
		return unsigned(claims)
	}
	return s.signOrForge(claims, f.BadSignature)
}

// unsigned returns an Unsecured JWS (RFC 7515 Appendix A.5), which no signing library makes.
func unsigned(claims map[string]any) (string, error) {
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("encode claims: %w", err)
	}
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(`{"alg":"none"}`)) + "." + encode(payload) + ".", nil
}
