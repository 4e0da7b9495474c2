package demoas

import (
	"cmp"
	"maps"
	"net/http"
	"net/url"
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
	jkt, ok := s.provenKey(w, r, client)
	if !ok {
		return
	}
	// RFC 8707 §2.2: a token request may name the resources that this one token is for.
	audience, e := readAudience(r.PostForm)
	if e != nil {
		s.writeError(w, http.StatusBadRequest, e)
		return
	}
	answer, e := s.redeem(tokenRequest{client: client, form: r.PostForm, audience: audience, jkt: jkt}, f)
	if e != nil {
		s.writeError(w, http.StatusBadRequest, e)
		return
	}
	answer.audience = audience
	if len(audience) == 0 {
		answer.audience = answer.grant.audience
	}
	if answer.details, e = s.detailsFor(tokenRequest{form: r.PostForm}, answer.grant.details); e != nil {
		s.writeError(w, http.StatusBadRequest, e)
		return
	}
	if !f.DPoPAnswerBearer {
		answer.jkt = jkt
	}
	s.issue(w, answer, f)
}

// tokenRequest is a request of an authenticated client.
type tokenRequest struct {
	client   Client
	form     url.Values
	audience []string // the values of resource and audience
	jkt      string   // thumbprint of the key that it proves to have; mostly none
}

// boundTo is the key that a refresh token is bound to.
//
// RFC 9449 §5: "Refresh tokens issued to confidential clients (those having established authentication credentials with the
// authorization server) are not bound to the DPoP proof public key because they are already sender-constrained with a
// different existing mechanism."
func (q tokenRequest) boundTo(f Faults) string {
	if !q.client.public() || f.DPoPAnswerBearer {
		return ""
	}
	return q.jkt
}

// scopes returns the scopes asked for.
func (q tokenRequest) scopes() []string { return strings.Fields(q.form.Get("scope")) }

// grantType turns what the client brings into what it gets.
type grantType func(tokenRequest, Faults) (issuing, *oauthError)

// grantTypes are those that are on, by the value of grant_type.
func (s *Server) grantTypes() map[string]grantType {
	types := map[string]grantType{"authorization_code": s.redeemCode, "refresh_token": s.refresh}
	if s.config.Device {
		types[grantDevice] = s.pollDevice
	}
	if s.config.ClientCredentials {
		types["client_credentials"] = s.grantClientCredentials
	}
	if s.config.JWTBearer {
		types[grantJWTBearer] = s.grantAssertion
	}
	if s.config.TokenExchange {
		types[grantExchange] = s.exchange
	}
	return types
}

func (s *Server) redeem(q tokenRequest, f Faults) (issuing, *oauthError) {
	name := q.form.Get("grant_type")
	grant, known := s.grants[name]
	switch {
	case name == "":
		return issuing{}, &oauthError{"invalid_request", "grant_type is missing."}
	case !known:
		on := strings.Join(slices.Sorted(maps.Keys(s.grants)), ", ")
		return issuing{}, &oauthError{"unsupported_grant_type", "The grant types are " + on + "."}
	// RFC 6749 §5.2: unauthorized_client is for a client that "is not authorized to use this authorization grant type".
	case !q.client.mayUse(name):
		return issuing{}, &oauthError{"unauthorized_client", "The client is not registered for this grant type."}
	}
	return grant(q, f)
}

// issuing is what a token request has earned.
type issuing struct {
	grant        *grant
	scopes       []string
	audience     []string
	details      []detail
	jkt          string // the access token is bound to; empty for a bearer token
	refreshToken string
	nonce        string // for the ID Token
	tokenType    string // issued_token_type (RFC 8693 §2.2.1); empty but for a token exchange
}

func (s *Server) redeemCode(q tokenRequest, f Faults) (issuing, *oauthError) {
	g, e := s.ledger.redeemCode(q.form.Get("code"), redemption{
		clientID: q.client.ID, redirectURI: q.form.Get("redirect_uri"), codeVerifier: q.form.Get("code_verifier"),
		jkt: q.jkt,
	})
	if e != nil {
		return issuing{}, e
	}
	answer := s.firstTokens(q, g, f)
	answer.nonce = g.nonce
	return answer, nil
}

// firstTokens are those that a grant of a person brings when it is used for the first time.
func (s *Server) firstTokens(q tokenRequest, g *grant, f Faults) issuing {
	answer := issuing{grant: g, scopes: g.scopes}
	if slices.Contains(g.scopes, scopeOffline) && q.client.mayUse("refresh_token") && !f.OmitRefreshToken {
		answer.refreshToken = s.ledger.issueRefreshToken(g, q.boundTo(f))
	}
	return answer
}

func (s *Server) refresh(q tokenRequest, f Faults) (issuing, *oauthError) {
	scopes := q.scopes()
	g, successor, e := s.ledger.refresh(q.form.Get("refresh_token"), refreshing{
		clientID: q.client.ID, jkt: q.jkt, scopes: scopes, keep: f.NoRefreshRotation || f.OmitRefreshToken,
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
	token, err := s.ledger.issueAccessToken(a, s.accessTokenText)
	if err != nil {
		s.writeError(w, http.StatusInternalServerError, &oauthError{"server_error", "The access token could not be signed."})
		return
	}
	seconds := int64(s.config.AccessTokenLifetime.Seconds())
	response := map[string]any{
		"access_token": token, "token_type": schemeBearer, "expires_in": seconds, "scope": strings.Join(a.scopes, " "),
	}
	if a.jkt != "" {
		response["token_type"] = schemeDPoP
	}
	if f.ExpiresInString {
		response["expires_in"] = strconv.FormatInt(seconds, 10)
	}
	if f.OmitExpiresIn {
		delete(response, "expires_in")
	}
	if a.tokenType != "" && !f.ExchangeOmitIssuedTokenType {
		response["issued_token_type"] = cmp.Or(f.ExchangeIssuedTokenType, a.tokenType)
	}
	tellDetails(response, a.details, f)
	if a.refreshToken != "" {
		response["refresh_token"] = a.refreshToken
	}
	if slices.Contains(a.scopes, scopeOpenID) && a.tokenType == "" && !f.OmitIDToken {
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
