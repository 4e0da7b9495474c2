package demoas

import "net/http"

// serveRevoke is the revocation endpoint (RFC 7009).
func (s *Server) serveRevoke(w http.ResponseWriter, r *http.Request) {
	client, e := s.Authenticate(r)
	if e == nil && r.PostForm.Get("token") == "" {
		e = &Error{"invalid_request", "token is missing."}
	}
	if e == nil {
		e = s.ledger.revoke(r.PostForm.Get("token"), client.ID)
	}
	if e != nil {
		s.WriteError(w, r, e)
		return
	}
	// RFC 7009 §2.2: "The authorization server responds with HTTP status code 200 if the token has been revoked successfully or
	// if the client submitted an invalid token."
	w.WriteHeader(http.StatusOK)
}
