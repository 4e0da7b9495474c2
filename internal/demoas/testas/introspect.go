package testas

import (
	"crypto/rand"
	"net/http"
	"strings"

	"github.com/oauthget/oauthget/internal/demoas"
)

// serveIntrospect is the introspection endpoint (RFC 7662). A client learns about its own access tokens only.
func (s *Server) serveIntrospect(w http.ResponseWriter, r *http.Request) {
	client, e := s.Authenticate(r)
	if e != nil {
		s.writeError(w, r, e)
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
	token, live := s.AccessToken(r.PostForm.Get("token"))
	// RFC 7662 §2.2: "the authorization server SHOULD NOT include any additional information about an inactive token, including
	// why the token is inactive."
	if !live || token.Grant.ClientID != client.ID || f.IntrospectInactive {
		demoas.WriteJSON(w, http.StatusOK, map[string]bool{"active": false})
		return
	}
	// RFC 7662 §2.2 has the claims of a JWT, and these.
	answer := s.claimsOf(token)
	answer["active"] = true
	answer["username"] = token.Grant.Login.User
	answer["token_type"] = schemeBearer
	if token.Extra.(bound).jkt != "" {
		answer["token_type"] = schemeDPoP
	}
	if f.IntrospectOmitActive {
		delete(answer, "active")
	}
	demoas.WriteJSON(w, http.StatusOK, answer)
}

// claimsOf returns the claims that introspection and JWT access tokens (RFC 9068 §2.2) have in common.
func (s *Server) claimsOf(token demoas.AccessToken) map[string]any {
	claims := map[string]any{
		"iss": s.Issuer(), "sub": subjectOf(token.Grant.Login.User), "client_id": token.Grant.ClientID,
		"scope": strings.Join(token.Scopes, " "), "iat": token.Issued.Unix(), "exp": token.Expires.Unix(),
	}
	if len(token.Audience) > 0 {
		claims["aud"] = token.Audience
	}
	b := token.Extra.(bound)
	if len(b.details) > 0 {
		claims["authorization_details"] = b.details
	}
	if b.jkt != "" {
		claims["cnf"] = map[string]string{"jkt": b.jkt} // RFC 9449 §6
	}
	if actor := extraOf(token.Grant).actor; actor != "" {
		claims["act"] = map[string]string{"sub": subjectOf(actor)} // RFC 8693 §4.1
	}
	return claims
}

func subjectOf(user string) string { return demoas.Claims(user, nil)["sub"].(string) }

// accessTokenJWT returns the text of a JWT access token (RFC 9068).
func (s *Server) accessTokenJWT(a demoas.Issuing) (string, error) {
	now := s.config.Now()
	claims := s.claimsOf(demoas.AccessToken{
		Grant: a.Grant, Scopes: a.Scopes, Audience: a.Audience, Extra: a.Extra, Issued: now, Expires: now.Add(s.config.AccessTokenLifetime),
	})
	claims["jti"] = rand.Text()
	// RFC 9068 §3: without a resource in the request the server uses "a default resource indicator in the aud claim".
	if len(a.Audience) == 0 {
		claims["aud"] = s.APIURL()
	}
	if !a.Grant.Login.At.IsZero() {
		claims["auth_time"] = a.Grant.Login.At.Unix()
	}
	// RFC 9068 §2.1: "JWT access tokens MUST include this media type in the "typ" header parameter".
	return s.Sign("at+jwt", claims)
}
