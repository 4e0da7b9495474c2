package demoas

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// serveToken is the token endpoint (RFC 6749 §3.2).
func (s *Server) serveToken(w http.ResponseWriter, r *http.Request) {
	client, e := s.Authenticate(r)
	if e != nil {
		s.WriteError(w, r, e)
		return
	}
	answer, e := s.Redeem(client, r.PostForm)
	if e != nil {
		s.WriteError(w, r, e)
		return
	}
	response, e := s.Issue(answer)
	if e != nil {
		s.WriteError(w, r, e)
		return
	}
	WriteJSON(w, http.StatusOK, response)
}

// Issuing is what a token request leads to.
type Issuing struct {
	Grant            *Grant
	Scopes, Audience []string
	RefreshToken     string // empty for none
	AccessToken      string // its text; random if empty
	Extra            any    // becomes the access token's

	nonce string // for the ID Token
}

// Redeem turns a code or a refresh token into what is issued for it.
func (s *Server) Redeem(client Client, form url.Values) (Issuing, *Error) {
	name := form.Get("grant_type")
	switch {
	case name == "":
		return Issuing{}, &Error{"invalid_request", "grant_type is missing."}
	case !slices.Contains(GrantTypes(), name):
		return Issuing{}, &Error{"unsupported_grant_type", "The grant types are " + strings.Join(GrantTypes(), ", ") + "."}
	// RFC 6749 §5.2: unauthorized_client is for a client that "is not authorized to use this authorization grant type".
	case !client.MayUse(name):
		return Issuing{}, &Error{"unauthorized_client", "The client is not registered for this grant type."}
	}
	// RFC 8707 §2.2: a token request may name the resources that this one token is for.
	audience, e := ReadAudience(form)
	if e != nil {
		return Issuing{}, e
	}
	redeem := s.redeemCode
	if name == GrantRefresh {
		redeem = s.refresh
	}
	answer, e := redeem(client, form)
	if e != nil {
		return Issuing{}, e
	}
	answer.Audience = audience
	if len(audience) == 0 {
		answer.Audience = answer.Grant.Audience
	}
	return answer, nil
}

func (s *Server) redeemCode(client Client, form url.Values) (Issuing, *Error) {
	g, e := s.ledger.redeemCode(form.Get("code"), redemption{
		clientID: client.ID, redirectURI: form.Get("redirect_uri"), codeVerifier: form.Get("code_verifier"),
	})
	if e != nil {
		return Issuing{}, e
	}
	answer := s.FirstTokens(client, g)
	answer.nonce = g.nonce
	return answer, nil
}

// FirstTokens returns what is issued when a grant is used for the first time.
func (s *Server) FirstTokens(client Client, g *Grant) Issuing {
	answer := Issuing{Grant: g, Scopes: g.Scopes, Audience: g.Audience}
	if slices.Contains(g.Scopes, ScopeOffline) && client.MayUse(GrantRefresh) {
		answer.RefreshToken = s.ledger.issueRefreshToken(g)
	}
	return answer
}

func (s *Server) refresh(client Client, form url.Values) (Issuing, *Error) {
	scopes := strings.Fields(form.Get("scope"))
	g, successor, e := s.ledger.refresh(form.Get("refresh_token"), client.ID, scopes)
	if e != nil {
		return Issuing{}, e
	}
	// RFC 6749 §6: scope "if omitted is treated as equal to the scope originally granted by the resource owner".
	if len(scopes) == 0 {
		scopes = g.Scopes
	}
	// OpenID Connect Core §12.2: the new ID Token "SHOULD NOT have a nonce Claim, even when the ID Token issued at the time of
	// the original authentication contained nonce".
	return Issuing{Grant: g, Scopes: scopes, RefreshToken: successor}, nil
}

// Issue issues the access token and the ID Token, and returns the successful response (RFC 6749 §5.1).
func (s *Server) Issue(a Issuing) (map[string]any, *Error) {
	if a.AccessToken == "" {
		a.AccessToken = s.NewSecret()
	}
	s.ledger.issueAccessToken(a)
	response := map[string]any{
		"access_token": a.AccessToken, "token_type": "Bearer", "scope": strings.Join(a.Scopes, " "),
		"expires_in": int64(s.config.AccessTokenLifetime.Seconds()),
	}
	if a.RefreshToken != "" {
		response["refresh_token"] = a.RefreshToken
	}
	if slices.Contains(a.Scopes, ScopeOpenID) {
		idToken, err := s.Sign("JWT", s.idTokenClaims(a))
		if err != nil {
			return nil, &Error{"server_error", "The ID Token could not be signed."}
		}
		response["id_token"] = idToken
	}
	return response, nil
}

// WriteError answers with an error response (RFC 6749 §5.2).
func (s *Server) WriteError(w http.ResponseWriter, r *http.Request, e *Error) {
	status := http.StatusBadRequest
	switch e.Code {
	case "server_error":
		status = http.StatusInternalServerError
	case "invalid_client":
		status = http.StatusUnauthorized
		// RFC 6749 §5.2: "If the client attempted to authenticate via the "Authorization" request header field, the
		// authorization server MUST respond with an HTTP 401 (Unauthorized) status code and include the "WWW-Authenticate"
		// response header field matching the authentication scheme used by the client."
		if _, _, basic := r.BasicAuth(); basic {
			w.Header().Set("WWW-Authenticate", `Basic realm="`+s.Issuer()+`"`)
		}
	}
	WriteJSON(w, status, map[string]string{"error": e.Code, "error_description": e.Description})
}
