package testas

import (
	"io"
	"net/http"

	"github.com/oauthget/oauthget/internal/demoas"
)

// serveUserinfo is the UserInfo endpoint (OpenID Connect Core §5.3).
func (s *Server) serveUserinfo(w http.ResponseWriter, r *http.Request) {
	token, ok := s.Bearer(w, r, demoas.ScopeOpenID)
	if !ok {
		return
	}
	f := s.currentFaults()
	if f.UserinfoStatus != 0 {
		w.WriteHeader(f.UserinfoStatus)
		return
	}
	claims := demoas.Claims(token.Grant.Login.User, token.Scopes)
	if f.WrongUserinfoSubject {
		claims["sub"] = "somebody-else"
	}
	if !s.config.SignedUserinfo {
		demoas.WriteJSON(w, http.StatusOK, claims)
		return
	}
	// OpenID Connect Core §5.3.2: "If signed, the UserInfo Response MUST contain the Claims iss (issuer) and aud (audience) as
	// members."
	claims["iss"], claims["aud"] = s.Issuer(), token.Grant.ClientID
	if f.UserinfoWrongAudience {
		claims["aud"] = "another-client"
	}
	signed, err := s.signOrForge(claims, f.UserinfoBadSignature)
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/jwt")
	_, _ = io.WriteString(w, signed) // fails only if the client is gone
}
