package demoas

import "net/http"

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
