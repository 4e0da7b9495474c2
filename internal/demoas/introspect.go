package demoas

import (
	"net/http"
	"strings"
)

// serveIntrospect is the introspection endpoint (RFC 7662). It tells a client about its own access tokens and nobody about
// those of others, so that a demo without a resource server's account can show what a token stands for.
func (s *Server) serveIntrospect(w http.ResponseWriter, r *http.Request) {
	client, ok := s.authenticate(w, r)
	if !ok {
		return
	}
	f := s.currentFaults()
	switch {
	case f.IntrospectStatus != 0:
		w.WriteHeader(f.IntrospectStatus)
		return
	case f.IntrospectHTML:
		writePortal(w)
		return
	}
	token, live := s.ledger.accessToken(r.PostForm.Get("token"))
	// RFC 7662 §2.2: "the authorization server SHOULD NOT include any additional information about an inactive token, including
	// why the token is inactive."
	if !live || token.grant.clientID != client.ID || f.IntrospectInactive {
		writeTokenJSON(w, http.StatusOK, map[string]bool{"active": false})
		return
	}
	answer := s.tellOf(token)
	if f.IntrospectOmitActive {
		delete(answer, "active")
	}
	writeTokenJSON(w, http.StatusOK, answer)
}

// tellOf is the answer about a live token (RFC 7662 §2.2).
func (s *Server) tellOf(token accessToken) map[string]any {
	answer := s.claimsOf(token)
	answer["active"] = true
	answer["username"] = token.grant.subject()
	answer["token_type"] = schemeBearer
	if token.jkt != "" {
		answer["token_type"] = schemeDPoP
	}
	return answer
}

// claimsOf are the claims that introspection and JWT access tokens (RFC 9068 §2.2) have in common.
func (s *Server) claimsOf(token accessToken) map[string]any {
	claims := map[string]any{
		"iss": s.Issuer(), "sub": subjectOf(token.grant.subject()), "client_id": token.grant.clientID,
		"scope": strings.Join(token.scopes, " "), "iat": token.issued.Unix(), "exp": token.expires.Unix(),
	}
	if len(token.audience) > 0 {
		claims["aud"] = token.audience
	}
	if len(token.details) > 0 {
		claims["authorization_details"] = token.details
	}
	if token.jkt != "" {
		claims["cnf"] = map[string]string{"jkt": token.jkt} // RFC 9449 §6
	}
	if actor := token.grant.actor; actor != "" {
		claims["act"] = map[string]string{"sub": subjectOf(actor)} // RFC 8693 §4.1
	}
	return claims
}
