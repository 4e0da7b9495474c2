package testas

import (
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/oauthget/oauthget/internal/demoas"
)

const (
	schemeBearer = "Bearer"
	schemeDPoP   = "DPoP"
)

// proofWindow is how far iat of a proof may be from now.
const proofWindow = time.Minute

// proofClaims are those of a DPoP proof beside iat and jti (RFC 9449 §4.2).
type proofClaims struct {
	Method string `json:"htm"`
	URL    string `json:"htu"`
	Hash   string `json:"ath"`
	Nonce  string `json:"nonce"`
}

// prove returns the thumbprint of the key of the request's proof, and its nonce; both are empty without a proof. accessToken is
// the access token of the request, if it has one. The checks are those of RFC 9449 §4.3.
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
	issuer, issuerErr := url.Parse(s.Issuer())
	return err == nil && issuerErr == nil && strings.EqualFold(u.Scheme, issuer.Scheme) && strings.EqualFold(u.Host, issuer.Host) &&
		u.EscapedPath() == request.EscapedPath()
}

// tokenHash is ath: "the result of a base64url encoding […] the SHA-256 [SHS] hash of the ASCII encoding of the associated
// access token's value" (RFC 9449 §4.2).
func tokenHash(accessToken string) string {
	sum := sha256.Sum256([]byte(accessToken))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// nonceLifetime is short, since whoever has the key for a moment could make proofs for as long.
const nonceLifetime = time.Minute

// nonces are the nonces that proofs may have (RFC 9449 §8). Each answer has a new one, and older ones stay valid for a while: a
// client may send several requests at once.
type nonces struct {
	mu   sync.Mutex
	live demoas.Table[struct{}]
}

func newNonces(now func() time.Time) *nonces { return &nonces{live: demoas.NewTable[struct{}](now)} }

func (n *nonces) issue() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	nonce := rand.Text()
	n.live.Put(nonce, struct{}{}, nonceLifetime)
	return nonce
}

func (n *nonces) knows(nonce string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	_, ok := n.live.Get(nonce)
	return ok
}

const nonceHeader = "DPoP-Nonce"

// nonceWanted reports whether a proof is refused for its nonce, and adds the next nonce to the answer.
func (s *Server) nonceWanted(w http.ResponseWriter, nonces *nonces, nonce string) bool {
	if !s.config.RequireDPoPNonce {
		return false
	}
	w.Header().Set(nonceHeader, nonces.issue())
	return !nonces.knows(nonce)
}

// spoilNonce reports whether a proof is refused for its nonce by a fault.
func (s *Server) spoilNonce(w http.ResponseWriter, f Faults) bool {
	switch {
	case f.DPoPNonceMissing:
		w.Header().Del(nonceHeader)
		return true
	case f.DPoPNonceLoop || s.again("dpop_nonce_times", f.DPoPNonceTimes):
		w.Header().Set(nonceHeader, s.tokenNonces.issue())
		return true
	}
	return false
}

// provenKey returns the thumbprint of the key of a proof to the authorization server; empty without a proof.
func (s *Server) provenKey(w http.ResponseWriter, r *http.Request, required bool) (string, *demoas.Error) {
	if !s.config.DPoP {
		return "", nil
	}
	jkt, nonce, err := s.prove(r, "")
	switch {
	case err != nil:
		return "", failure("invalid_dpop_proof", "The proof is refused: "+err.Error()+".")
	// RFC 9449 §5.2: with dpop_bound_access_tokens "the authorization server MUST reject token requests from the client that
	// do not contain the DPoP header."
	case jkt == "" && required:
		return "", failure("invalid_dpop_proof", "The client is registered to send a proof.")
	case jkt == "":
		return "", nil
	case s.nonceWanted(w, s.tokenNonces, nonce), s.spoilNonce(w, s.currentFaults()):
		return "", failure("use_dpop_nonce", "The proof needs the nonce in DPoP-Nonce.")
	}
	return jkt, nil
}

// proved returns a handler of the API that takes access tokens bound to a key too. To h they are bearer tokens.
func (s *Server) proved(h http.HandlerFunc) http.HandlerFunc {
	if !s.config.DPoP {
		return h
	}
	return func(w http.ResponseWriter, r *http.Request) {
		scheme, secret, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		secret = strings.TrimSpace(secret)
		token, live := s.AccessToken(secret)
		isBound := live && token.Extra.(bound).jkt != ""
		switch {
		case strings.EqualFold(scheme, schemeDPoP):
			w = dpopChallenger{w, false}
			if refusal := s.refuseProof(w, r, secret); refusal != "" {
				s.Challenge(w, http.StatusUnauthorized, refusal)
				return
			}
			r.Header.Set("Authorization", schemeBearer+" "+secret)
		// RFC 9449 §7.2: "such a protected resource MUST reject a DPoP-bound access token received as a bearer token per
		// [RFC6750]."
		case strings.EqualFold(scheme, schemeBearer) && isBound:
			s.Challenge(w, http.StatusUnauthorized, `error="invalid_token", error_description="The access token wants another scheme."`)
			return
		case s.currentFaults().APITakesDPoPAlone:
			s.Challenge(dpopChallenger{w, false}, http.StatusUnauthorized, "")
			return
		case !strings.EqualFold(scheme, schemeBearer):
			w = dpopChallenger{w, true}
		}
		h(w, r)
	}
}

// refuseProof returns the attributes of the challenge for a DPoP-bound access token; empty if proof and token are right.
func (s *Server) refuseProof(w http.ResponseWriter, r *http.Request, secret string) string {
	token, live := s.AccessToken(secret)
	if !live {
		return `error="invalid_token", error_description="The access token is unknown, expired or revoked."`
	}
	bindingKey := token.Extra.(bound).jkt
	if bindingKey == "" {
		return `error="invalid_token", error_description="The access token wants another scheme."`
	}
	jkt, nonce, err := s.prove(r, secret)
	switch {
	case err != nil:
		return `error="invalid_dpop_proof", error_description="The proof is refused: ` + err.Error() + `."`
	// RFC 9449 §4.3: "confirm that the public key to which the access token is bound matches the public key from the DPoP
	// proof."
	case jkt != bindingKey:
		return `error="invalid_token", error_description="The proof is missing, or made with another key."`
	case s.nonceWanted(w, s.apiNonces, nonce), s.currentFaults().DPoPAPINonceLoop:
		if w.Header().Get(nonceHeader) == "" {
			w.Header().Set(nonceHeader, s.apiNonces.issue())
		}
		return `error="use_dpop_nonce", error_description="The proof needs the nonce in DPoP-Nonce."`
	}
	return ""
}

// dpopChallenger makes a DPoP challenge of a Bearer challenge. If both is set, it keeps the latter.
type dpopChallenger struct {
	http.ResponseWriter
	both bool
}

// WriteHeader implements [http.ResponseWriter].
func (d dpopChallenger) WriteHeader(status int) {
	if challenge := d.Header().Get("WWW-Authenticate"); challenge != "" {
		var names []string
		for _, algorithm := range keyAlgorithms() {
			names = append(names, string(algorithm))
		}
		// RFC 9449 §7.1: algs is what proofs may be signed with.
		d.Header().Set("WWW-Authenticate",
			schemeDPoP+strings.TrimPrefix(challenge, schemeBearer)+`, algs="`+strings.Join(names, " ")+`"`)
		if d.both {
			d.Header().Add("WWW-Authenticate", challenge)
		}
	}
	d.ResponseWriter.WriteHeader(status)
}
