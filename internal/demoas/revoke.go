package demoas

import (
	"net/http"
	"strings"
)

// serveRevoke is the revocation endpoint (RFC 7009).
func (s *Server) serveRevoke(w http.ResponseWriter, r *http.Request) {
	client, ok := s.authenticate(w, r)
	if !ok {
		return
	}
	if status := s.currentFaults().RevokeStatus; status != 0 {
		w.WriteHeader(status)
		return
	}
	token := r.PostForm.Get("token")
	if token == "" {
		s.writeError(w, http.StatusBadRequest, &oauthError{"invalid_request", "token is missing."})
		return
	}
	if e := s.ledger.revoke(token, client.ID); e != nil {
		s.writeError(w, http.StatusBadRequest, e)
		return
	}
	// RFC 7009 §2.2: "The authorization server responds with HTTP status code 200 if the token has been revoked successfully or
	// if the client submitted an invalid token."
	w.WriteHeader(http.StatusOK)
}

// serveIntrospect is the introspection endpoint (RFC 7662). It tells a client about its own access tokens and nobody about
// those of others, so that a demo without a resource server's account can show what a token stands for.
func (s *Server) serveIntrospect(w http.ResponseWriter, r *http.Request) {
	client, ok := s.authenticate(w, r)
	if !ok {
		return
	}
	token, live := s.ledger.accessToken(r.PostForm.Get("token"))
	// RFC 7662 §2.2: "the authorization server SHOULD NOT include any additional information about an inactive token, including
	// why the token is inactive."
	if !live || token.grant.clientID != client.ID {
		writeTokenJSON(w, http.StatusOK, map[string]bool{"active": false})
		return
	}
	answer := claimsAbout(token.grant.subject(), nil)
	answer["active"] = true
	answer["iss"] = s.Issuer()
	answer["client_id"] = token.grant.clientID
	answer["username"] = token.grant.subject()
	answer["scope"] = strings.Join(token.scopes, " ")
	answer["token_type"] = "Bearer"
	answer["iat"] = token.issued.Unix()
	answer["exp"] = token.expires.Unix()
	if len(token.details) > 0 {
		answer["authorization_details"] = token.details
	}
	if actor := token.grant.actor; actor != "" {
		answer["act"] = map[string]any{"sub": subjectOf(actor)}
	}
	if len(token.audience) > 0 {
		answer["aud"] = token.audience
	}
	writeTokenJSON(w, http.StatusOK, answer)
}
