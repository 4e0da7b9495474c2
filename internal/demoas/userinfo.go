package demoas

import "net/http"

// serveUserinfo is the UserInfo endpoint (OpenID Connect Core §5.3).
func (s *Server) serveUserinfo(w http.ResponseWriter, r *http.Request) {
	if token, ok := s.Bearer(w, r, ScopeOpenID); ok {
		WriteJSON(w, http.StatusOK, Claims(token.Grant.Login.User, token.Scopes))
	}
}
