package demoas

import (
	"net/http"
	"strings"

	"github.com/go-jose/go-jose/v4"
)

const (
	schemeBearer = "Bearer"
	schemeDPoP   = "DPoP"
)

// presentedAs returns the scheme that the request uses, of those that are on; empty for any other.
func (s *Server) presentedAs(scheme string) string {
	switch {
	case strings.EqualFold(scheme, schemeBearer):
		return schemeBearer
	case s.config.DPoP && strings.EqualFold(scheme, schemeDPoP):
		return schemeDPoP
	}
	return ""
}

// holdsKey returns what the token stands for if whoever presents it has the key that it is bound to, or answers.
func (s *Server) holdsKey(w http.ResponseWriter, r *http.Request, scheme, secret string) (accessToken, bool) {
	token, live := s.ledger.accessToken(secret)
	switch {
	case !live:
		s.challenge(w, http.StatusUnauthorized, scheme, `error="invalid_token", error_description="The access token is unknown, expired or revoked."`)
		return accessToken{}, false
	// RFC 9449 §7.2: "such a protected resource MUST reject a DPoP-bound access token received as a bearer token per
	// [RFC6750]." A token that is not bound has no key to prove.
	case (token.jkt != "") != (scheme == schemeDPoP):
		s.challenge(w, http.StatusUnauthorized, scheme, `error="invalid_token", error_description="The access token wants another scheme."`)
		return accessToken{}, false
	case scheme == schemeBearer:
		return token, true
	}
	jkt, nonce, err := s.prove(r, secret)
	switch {
	case err != nil:
		s.challenge(w, http.StatusUnauthorized, scheme, `error="invalid_dpop_proof", error_description="The proof is refused: `+err.Error()+`."`)
	// RFC 9449 §4.3: "confirm that the public key to which the access token is bound matches the public key from the DPoP
	// proof."
	case jkt != token.jkt:
		s.challenge(w, http.StatusUnauthorized, scheme, `error="invalid_token", error_description="The proof is missing, or made with another key."`)
	case s.nonceWanted(w, s.apiNonces, nonce), s.currentFaults().DPoPAPINonceLoop:
		if w.Header().Get(nonceHeader) == "" {
			w.Header().Set(nonceHeader, s.apiNonces.issue())
		}
		s.challenge(w, http.StatusUnauthorized, scheme, `error="use_dpop_nonce", error_description="The proof needs the nonce in DPoP-Nonce."`)
	default:
		return token, true
	}
	return accessToken{}, false
}

// joined is a list as attributes of a challenge have it.
func joined(algorithms []jose.SignatureAlgorithm) string {
	names := make([]string, len(algorithms))
	for i, a := range algorithms {
		names[i] = string(a)
	}
	return strings.Join(names, " ")
}
