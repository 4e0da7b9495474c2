package demoas

import (
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// The response modes, of OAuth 2.0 Form Post Response Mode and of JWT Secured Authorization Response Mode (JARM) §2.3.
const (
	modeQuery       = "query"
	modeFormPost    = "form_post"
	modeJWT         = "jwt"
	modeQueryJWT    = "query.jwt"
	modeFormPostJWT = "form_post.jwt"
)

// responseModes are those that are on.
func (f Features) responseModes() []string {
	modes := []string{modeQuery}
	if f.FormPost {
		modes = append(modes, modeFormPost)
	}
	if f.JARM {
		modes = append(modes, modeJWT, modeQueryJWT, modeFormPostJWT)
	}
	return modes
}

func (a *authorizationRequest) readMode(form url.Values, on Features) *oauthError {
	mode, modes := form.Get("response_mode"), on.responseModes()
	if mode != "" && !slices.Contains(modes, mode) {
		return &oauthError{"invalid_request", "The response modes are " + strings.Join(modes, ", ") + "."}
	}
	a.mode = mode
	return nil
}

// send brings the authorization response to the client as it asked for it.
func (s *Server) send(w http.ResponseWriter, req authorizationRequest, response url.Values) {
	if f := s.currentFaults(); strings.HasSuffix(req.mode, modeJWT) && !f.JARMPlain {
		text, err := s.responseJWT(req, response, f)
		if err != nil {
			s.showError(w, http.StatusInternalServerError, "The answer could not be signed.", "")
			return
		}
		response = url.Values{"response": {text}}
	}
	if strings.HasPrefix(req.mode, modeFormPost) {
		s.postForm(w, req, response)
		return
	}
	target := *req.redirectURI
	// RFC 6749 §3.1.2: the query of the redirect URI "MUST be retained when adding additional query parameters".
	if target.RawQuery != "" {
		target.RawQuery += "&"
	}
	target.RawQuery += response.Encode()
	w.Header().Set("Location", target.String())
	// RFC 9700 §4.12: servers that redirect after a password was posted "MUST NOT use the HTTP 307 status code", which would
	// have the browser post it to the client as well.
	w.WriteHeader(http.StatusSeeOther)
}

// responseLifetime: "A maximum JWT lifetime of 10 minutes is RECOMMENDED." JARM §2.1
const responseLifetime = 10 * time.Minute

// responseJWT is the response document of JARM §2.1.
func (s *Server) responseJWT(req authorizationRequest, response url.Values, f Faults) (string, error) {
	now := s.config.Now()
	claims := map[string]any{}
	for name := range response {
		claims[name] = response.Get(name)
	}
	claims["iss"], claims["aud"], claims["exp"] = s.Issuer(), req.client.ID, now.Add(responseLifetime).Unix()
	if f.JARMWrongAudience {
		claims["aud"] = "another-client"
	}
	if f.JARMWrongIssuer {
		claims["iss"] = attacker
	}
	if f.JARMExpired {
		claims["exp"] = now.Add(-time.Hour).Unix()
	}
	with := s.signer
	if f.JARMBadSignature {
		forger, err := s.signer.forger()
		if err != nil {
			return "", err
		}
		with = forger
	}
	return with.sign(claims)
}

// postForm shows a page whose form the browser sends by itself (OAuth 2.0 Form Post Response Mode §2).
func (s *Server) postForm(w http.ResponseWriter, req authorizationRequest, response url.Values) {
	s.show(w, showing{page: "form_post", status: http.StatusOK, title: "Going back", formEnd: req.redirectURI, script: true}, content{
		// A redirect URI may have any scheme. It is the client's, as registered.
		"Action": template.URL(req.presentedURI), "Response": response, "Client": req.client.displayName(),
	})
}
