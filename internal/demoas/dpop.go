package demoas

import (
	"crypto"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// proofWindow is how far from now a proof may say it was made.
const proofWindow = time.Minute

// proofClaims are those of a DPoP proof beside iat and jti (RFC 9449 §4.2).
type proofClaims struct {
	Method string `json:"htm"`
	URL    string `json:"htu"`
	Hash   string `json:"ath"`
	Nonce  string `json:"nonce"`
}

// prove returns the thumbprint of the key that the request proves to have, and the nonce in the proof; both are empty
// without a proof. accessToken is empty where none goes along. It follows the list of RFC 9449 §4.3.
func (s *Server) prove(r *http.Request, accessToken string) (jkt, nonce string, err error) {
	headers := r.Header.Values("DPoP")
	switch {
	case len(headers) == 0:
		return "", "", nil
	// RFC 9449 §4.3: "There is not more than one DPoP HTTP request header field."
	case len(headers) > 1:
		return "", "", errors.New("there are two proofs")
	}
	key, registered, claims, err := openProof(headers[0])
	if err != nil {
		return "", "", err
	}
	now := s.config.Now()
	switch {
	// RFC 9449 §4.3: "The htm claim matches the HTTP method of the current request."
	case claims.Method != r.Method:
		return "", "", errors.New("htm is not the method")
	case !s.isTarget(claims.URL, r.URL):
		return "", "", errors.New("htu is not the URL")
	case accessToken != "" && claims.Hash != tokenHash(accessToken):
		return "", "", errors.New("ath is not that of the access token")
	case registered.IssuedAt == nil || registered.IssuedAt.Time().Sub(now).Abs() > proofWindow:
		return "", "", errors.New("iat is not now")
	}
	sum, err := key.Thumbprint(crypto.SHA256)
	if err != nil {
		return "", "", errors.New("the key has no thumbprint")
	}
	jkt = base64.RawURLEncoding.EncodeToString(sum)
	// RFC 9449 §11.1: servers can "store, in the context of the target URI, the jti value of each DPoP proof for the time window
	// in which the respective DPoP proof JWT would be accepted".
	if registered.ID == "" || !s.used.first("dpop "+jkt+" "+registered.ID, 2*proofWindow) {
		return "", "", errors.New("jti is missing or was used before")
	}
	return jkt, claims.Nonce, nil
}

// openProof verifies the proof with the key in its header.
func openProof(text string) (*jose.JSONWebKey, jwt.Claims, proofClaims, error) {
	var (
		registered jwt.Claims
		claims     proofClaims
	)
	// RFC 9449 §4.3: "The alg JOSE Header Parameter indicates a registered asymmetric digital signature algorithm".
	token, err := jwt.ParseSigned(text, keyAlgorithms())
	if err != nil {
		return nil, registered, claims, errors.New("it is not a JWT signed with an algorithm of a public key")
	}
	header := token.Headers[0]
	key := header.JSONWebKey
	switch {
	// RFC 9449 §4.3: "The typ JOSE Header Parameter has the value dpop+jwt."
	case header.ExtraHeaders[jose.HeaderType] != "dpop+jwt":
		return nil, registered, claims, errors.New("typ is not dpop+jwt")
	// RFC 9449 §4.3: "The jwk JOSE Header Parameter does not contain a private key."
	case key == nil || !key.IsPublic():
		return nil, registered, claims, errors.New("jwk is not a public key")
	case token.Claims(key, &registered, &claims) != nil:
		return nil, registered, claims, errors.New("the key has not signed it")
	}
	return key, registered, claims, nil
}

// isTarget: RFC 9449 §4.3 "The htu claim matches the HTTP URI value for the HTTP request in which the JWT was received,
// ignoring any query and fragment parts."
func (s *Server) isTarget(htu string, request *url.URL) bool {
	u, err := url.Parse(htu)
	return err == nil && strings.EqualFold(u.Scheme, s.issuer.Scheme) && strings.EqualFold(u.Host, s.issuer.Host) &&
		u.EscapedPath() == request.EscapedPath()
}

// tokenHash is ath: "the result of a base64url encoding […] the SHA-256 [SHS] hash of the ASCII encoding of the associated
// access token's value" (RFC 9449 §4.2).
func tokenHash(accessToken string) string {
	sum := sha256.Sum256([]byte(accessToken))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
