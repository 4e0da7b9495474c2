package demoas

import (
	"io"
	"net/http"
)

// serveUserinfo is the UserInfo endpoint (OpenID Connect Core §5.3).
func (s *Server) serveUserinfo(w http.ResponseWriter, r *http.Request) {
	token, ok := s.bearer(w, r, scopeOpenID)
	if !ok {
		return
	}
	f := s.currentFaults()
	if f.UserinfoStatus != 0 {
		w.WriteHeader(f.UserinfoStatus)
		return
	}
	claims := claimsAbout(token.grant.subject(), token.scopes)
	if f.WrongUserinfoSubject {
		claims["sub"] = "somebody-else"
	}
	if s.config.SignedUserinfo {
		s.writeSignedUserinfo(w, token.grant.clientID, claims)
		return
	}
	writeJSON(w, http.StatusOK, claims)
}

// writeSignedUserinfo: OpenID Connect Core §5.3.2 "If signed, the UserInfo Response MUST contain the Claims iss (issuer) and
// aud (audience) as members."
func (s *Server) writeSignedUserinfo(w http.ResponseWriter, clientID string, claims map[string]any) {
	f, with := s.currentFaults(), s.signer
	claims["iss"], claims["aud"] = s.Issuer(), clientID
	if f.UserinfoWrongAudience {
		claims["aud"] = "another-client"
	}
	var err error
	if f.UserinfoBadSignature {
		with, err = s.signer.forger()
	}
	signed := ""
	if err == nil {
		signed, err = with.sign(claims)
	}
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/jwt")
	_, _ = io.WriteString(w, signed) // fails only where the client has gone
}
