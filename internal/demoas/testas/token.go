package testas

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/oauthget/oauthget/internal/demoas"
)

// tokenRequest is a token request of an authenticated client.
type tokenRequest struct {
	client   demoas.Client
	form     url.Values
	audience []string
	jkt      string // thumbprint of the key of its DPoP proof; empty without one
}

// bound is what an access token has beyond those of demoas.
type bound struct {
	details []detail
	jkt     string // of the key that it is bound to; empty for a bearer token
}

// serveToken is the token endpoint (RFC 6749 §3.2).
func (s *Server) serveToken(w http.ResponseWriter, r *http.Request) {
	client, e := s.tokenClient(r)
	if e != nil {
		s.writeError(w, r, e)
		return
	}
	f, replaced := s.faultsUntil()
	if f.forgotten(client.ID) {
		s.writeError(w, r, failure("invalid_client", "The client is not known."))
		return
	}
	if f.HoldToken {
		select {
		case <-replaced:
		case <-r.Context().Done():
			panic(http.ErrAbortHandler)
		}
	}
	if s.spoilToken(w, r, f) {
		return
	}
	response, e := s.tokenResponse(w, r, client, f)
	if e != nil {
		s.writeError(w, r, e)
		return
	}
	demoas.WriteJSON(w, http.StatusOK, response)
}

func (s *Server) tokenResponse(w http.ResponseWriter, r *http.Request, client demoas.Client, f Faults) (map[string]any, *demoas.Error) {
	known, _ := s.client(client.ID)
	jkt, e := s.provenKey(w, r, known.DPoPBound)
	if e != nil {
		return nil, e
	}
	audience, e := demoas.ReadAudience(r.PostForm)
	if e != nil {
		return nil, e
	}
	answer, e := s.redeem(tokenRequest{client, r.PostForm, audience, jkt}, f)
	if e != nil {
		return nil, e
	}
	var b bound
	if b.details, e = s.detailsFor(r.PostForm, extraOf(answer.Grant).details); e != nil {
		return nil, e
	}
	if !f.DPoPAnswerBearer {
		b.jkt = jkt
	}
	answer.Extra = b
	if s.config.JWTAccessTokens {
		var err error
		if answer.AccessToken, err = s.accessTokenJWT(answer); err != nil {
			return nil, failure("server_error", "The access token could not be signed.")
		}
	}
	response, e := s.Issue(answer)
	if e != nil {
		return nil, e
	}
	if b.jkt != "" {
		response["token_type"] = schemeDPoP
	}
	tellDetails(response, b.details, f)
	if r.PostForm.Get("grant_type") == grantExchange {
		if e := s.tellExchange(response, r.PostForm, answer.Grant, f); e != nil {
			return nil, e
		}
	}
	return response, s.spoilResponse(response, f)
}

// grantType turns a token request into what is issued for it.
type grantType func(tokenRequest, Faults) (demoas.Issuing, *demoas.Error)

// grantTypes returns the grant types that are on and that demoas does not have.
func (s *Server) grantTypes() map[string]grantType {
	types := map[string]grantType{}
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

func (s *Server) redeem(q tokenRequest, f Faults) (demoas.Issuing, *demoas.Error) {
	name := q.form.Get("grant_type")
	grant, own := s.grants[name]
	switch {
	case own && !q.client.MayUse(name):
		return demoas.Issuing{}, failure("unauthorized_client", "The client is not registered for this grant type.")
	case own:
		return grant(q, f)
	case name == demoas.GrantCode:
		return s.redeemCode(q, f)
	case name == demoas.GrantRefresh:
		return s.refresh(q, f)
	}
	return s.Redeem(q.client, q.form) // which says what is wrong with it
}

func (s *Server) redeemCode(q tokenRequest, f Faults) (demoas.Issuing, *demoas.Error) {
	g, ok := s.Grant(q.form.Get("code"))
	// RFC 9449 §10: the server "verifies that it matches the dpop_jkt parameter value in the authorization request. If they do
	// not match, it MUST reject the request."
	if ok && g.ClientID == q.client.ID && extraOf(g).codeKey != "" && extraOf(g).codeKey != q.jkt {
		return demoas.Issuing{}, failure("invalid_grant", "The proof is not made with the key of dpop_jkt.")
	}
	answer, e := s.Redeem(q.client, q.form)
	if e != nil {
		return answer, e
	}
	return s.first(answer, q, f), nil
}

// first binds the refresh token of a grant that is used for the first time.
//
// RFC 9449 §5: "Refresh tokens issued to confidential clients (those having established authentication credentials with the
// authorization server) are not bound to the DPoP proof public key because they are already sender-constrained with a
// different existing mechanism."
func (s *Server) first(answer demoas.Issuing, q tokenRequest, f Faults) demoas.Issuing {
	if f.OmitRefreshToken {
		answer.RefreshToken = ""
	}
	if q.client.Public() && !f.DPoPAnswerBearer {
		s.mu.Lock()
		defer s.mu.Unlock()
		extraOf(answer.Grant).refreshKey = q.jkt
	}
	return answer
}

func (s *Server) refresh(q tokenRequest, f Faults) (demoas.Issuing, *demoas.Error) {
	g, ok := s.Grant(q.form.Get("refresh_token"))
	if !ok || g.ClientID != q.client.ID {
		return s.Redeem(q.client, q.form) // which says what is wrong with it
	}
	s.mu.Lock()
	key := extraOf(g).refreshKey
	s.mu.Unlock()
	// RFC 9449 §5: "The binding MUST be validated when the refresh token is later presented to get new access tokens."
	if key != "" && key != q.jkt {
		return demoas.Issuing{}, failure("invalid_grant", "The refresh token is bound to another key.")
	}
	if f.NoRefreshRotation || f.OmitRefreshToken {
		return refreshWithoutRotation(g, q)
	}
	return s.Redeem(q.client, q.form)
}

func refreshWithoutRotation(g *demoas.Grant, q tokenRequest) (demoas.Issuing, *demoas.Error) {
	scopes := strings.Fields(q.form.Get("scope"))
	for _, scope := range scopes {
		if !slices.Contains(g.Scopes, scope) {
			return demoas.Issuing{}, failure("invalid_scope", "A scope was not granted.")
		}
	}
	answer := demoas.Issuing{Grant: g, Scopes: scopes, Audience: q.audience}
	if len(answer.Scopes) == 0 {
		answer.Scopes = g.Scopes
	}
	if len(answer.Audience) == 0 {
		answer.Audience = g.Audience
	}
	return answer, nil
}

// spoilResponse puts the faults into a successful response.
func (s *Server) spoilResponse(response map[string]any, f Faults) *demoas.Error {
	if f.ExpiresInString {
		response["expires_in"] = strconv.FormatInt(response["expires_in"].(int64), 10)
	}
	if f.ExpiresInZero {
		response["expires_in"] = 0
	}
	if f.OmitExpiresIn {
		delete(response, "expires_in")
	}
	if f.OmitIDToken {
		delete(response, "id_token")
	}
	idToken, ok := response["id_token"].(string)
	if !ok || !f.spoilsIDToken() {
		return nil
	}
	spoilt, err := s.spoilIDToken(idToken, f)
	if err != nil {
		return failure("server_error", "The ID Token could not be signed.")
	}
	response["id_token"] = spoilt
	return nil
}

// spoilToken answers a token request with a fault, and reports whether it did.
func (s *Server) spoilToken(w http.ResponseWriter, r *http.Request, f Faults) bool {
	wait(r.Context(), time.Duration(f.TokenDelayMillis)*time.Millisecond)
	sent := r.PostForm.Get("code") + r.PostForm.Get("refresh_token")
	fail := func(description string) {
		f.writeError(w, cmp.Or(f.TokenStatus, http.StatusBadRequest), cmp.Or(f.TokenError, "invalid_grant"), description)
	}
	switch {
	case f.HangToken:
		<-r.Context().Done()
		panic(http.ErrAbortHandler) // without it net/http would send an empty answer
	case f.DropToken:
		panic(http.ErrAbortHandler)
	case f.EndlessToken:
		writeEndlessly(w, r)
	case f.RedirectTokenTo != "":
		w.Header().Set("Location", f.RedirectTokenTo)
		w.WriteHeader(http.StatusTemporaryRedirect)
	case f.TokenBody != "":
		w.Header().Set("Content-Type", cmp.Or(f.TokenContentType, "application/json"))
		w.WriteHeader(cmp.Or(f.TokenStatus, http.StatusOK))
		_, _ = w.Write([]byte(f.TokenBody))
	case f.TokenHTML:
		writePortal(w)
	case f.EchoSecretSplit:
		fail("Do not know " + sent[:len(sent)/2] + "\u200b" + sent[len(sent)/2:] + ".")
	case f.EchoSecret:
		fail("Do not know " + sent + ".")
	case f.TokenError != "":
		fail("This is a fault of the server.")
	case f.TokenStatus != 0:
		w.WriteHeader(f.TokenStatus)
	case f.InvalidGrantOnRefresh && r.PostForm.Get("grant_type") == demoas.GrantRefresh:
		s.writeError(w, r, failure("invalid_grant", "The refresh token is revoked."))
	default:
		return false
	}
	return true
}

// writeError answers with an error response (RFC 6749 §5.2).
func (s *Server) writeError(w http.ResponseWriter, r *http.Request, e *demoas.Error) {
	s.WriteError(w, r, failure(e.Code, cmp.Or(s.currentFaults().ErrorDescription, e.Description)))
}

func (f Faults) writeError(w http.ResponseWriter, status int, code, description string) {
	demoas.WriteJSON(w, status, map[string]string{"error": code, "error_description": cmp.Or(f.ErrorDescription, description)})
}

// spoil answers with the status or the error code if there is one, and reports whether it did.
func (f Faults) spoil(w http.ResponseWriter, status int, code string) bool {
	switch {
	case code != "":
		f.writeError(w, cmp.Or(status, http.StatusBadRequest), code, "This is a fault of the server.")
	case status != 0:
		w.WriteHeader(status)
	}
	return code != "" || status != 0
}

// wait waits for d. It aborts the answer if the client goes away before that.
func wait(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
		panic(http.ErrAbortHandler)
	}
}

// writeEndlessly writes a response that begins well and does not end before the client goes away.
func writeEndlessly(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	text := `{"token_type":"Bearer","access_token":"`
	for r.Context().Err() == nil {
		if _, err := w.Write([]byte(text)); err != nil {
			break
		}
		text = strings.Repeat("a", 32<<10)
	}
	panic(http.ErrAbortHandler) // a return would end the body regularly
}
