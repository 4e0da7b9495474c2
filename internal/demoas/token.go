package demoas

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// serveToken is the token endpoint (RFC 6749 §3.2).
func (s *Server) serveToken(w http.ResponseWriter, r *http.Request) {
	client, ok := s.authenticate(w, r)
	if !ok {
		return
	}
	f := s.currentFaults()
	if s.spoilToken(w, r, f) {
		return
	}
	// RFC 8707 §2.2: a token request may name the resources that this one token is for.
	audience, e := readAudience(r.PostForm)
	if e != nil {
		s.writeError(w, http.StatusBadRequest, e)
		return
	}
	var answer issuing
	switch r.PostForm.Get("grant_type") {
	case "authorization_code":
		answer, e = s.redeemCode(client, r, f)
	case "refresh_token":
		answer, e = s.refresh(client, r, f)
	case "":
		e = &oauthError{"invalid_request", "grant_type is missing."}
	default:
		e = &oauthError{"unsupported_grant_type", "The grant types are authorization_code and refresh_token."}
	}
	if e != nil {
		s.writeError(w, http.StatusBadRequest, e)
		return
	}
	answer.audience = audience
	if len(audience) == 0 {
		answer.audience = answer.grant.audience
	}
	s.issue(w, answer, f)
}

// issuing is what a token request has earned.
type issuing struct {
	grant        *grant
	scopes       []string
	audience     []string
	refreshToken string
	nonce        string // for the ID Token
}

func (s *Server) redeemCode(client Client, r *http.Request, f Faults) (issuing, *oauthError) {
	g, e := s.ledger.redeemCode(r.PostForm.Get("code"), redemption{
		clientID: client.ID, redirectURI: r.PostForm.Get("redirect_uri"), codeVerifier: r.PostForm.Get("code_verifier"),
	})
	if e != nil {
		return issuing{}, e
	}
	answer := issuing{grant: g, scopes: g.scopes, nonce: g.nonce}
	if slices.Contains(g.scopes, scopeOffline) && !f.OmitRefreshToken {
		answer.refreshToken = s.ledger.issueRefreshToken(g)
	}
	return answer, nil
}

func (s *Server) refresh(client Client, r *http.Request, f Faults) (issuing, *oauthError) {
	scopes := strings.Fields(r.PostForm.Get("scope"))
	g, successor, e := s.ledger.refresh(r.PostForm.Get("refresh_token"), refreshing{
		clientID: client.ID, scopes: scopes, keep: f.NoRefreshRotation || f.OmitRefreshToken,
	})
	if e != nil {
		return issuing{}, e
	}
	// RFC 6749 §6: scope "if omitted is treated as equal to the scope originally granted by the resource owner".
	if len(scopes) == 0 {
		scopes = g.scopes
	}
	// OpenID Connect Core §12.2: the new ID Token "SHOULD NOT have a nonce Claim, even when the ID Token issued at the time of
	// the original authentication contained nonce".
	return issuing{grant: g, scopes: scopes, refreshToken: successor}, nil
}

// issue writes the successful response (RFC 6749 §5.1).
func (s *Server) issue(w http.ResponseWriter, a issuing, f Faults) {
	token := s.ledger.issueAccessToken(a)
	seconds := int64(s.config.AccessTokenLifetime.Seconds())
	response := map[string]any{
		"access_token": token, "token_type": "Bearer", "expires_in": seconds, "scope": strings.Join(a.scopes, " "),
	}
	if f.ExpiresInString {
		response["expires_in"] = strconv.FormatInt(seconds, 10)
	}
	if f.OmitExpiresIn {
		delete(response, "expires_in")
	}
	if a.refreshToken != "" {
		response["refresh_token"] = a.refreshToken
	}
	if slices.Contains(a.scopes, scopeOpenID) && !f.OmitIDToken {
		idToken, err := s.idToken(a, token, f)
		if err != nil {
			s.writeError(w, http.StatusInternalServerError, &oauthError{"server_error", "The ID Token could not be signed."})
			return
		}
		response["id_token"] = idToken
	}
	writeTokenJSON(w, http.StatusOK, response)
}

// writeError writes an error response (RFC 6749 §5.2).
func (s *Server) writeError(w http.ResponseWriter, status int, e *oauthError) {
	writeTokenJSON(w, status, map[string]string{
		"error":             e.code,
		"error_description": cmp.Or(s.currentFaults().ErrorDescription, e.description),
	})
}

func writeTokenJSON(w http.ResponseWriter, status int, value any) {
	// RFC 6749 §5.1 demands it along with Cache-Control, which every answer of this server has.
	w.Header().Set("Pragma", "no-cache")
	writeJSON(w, status, value)
}
