package testas

import (
	"crypto/rand"
	"fmt"
	"html"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/oauthget/oauthget/internal/demoas"
)

// The response modes, of OAuth 2.0 Form Post Response Mode and of JWT Secured Authorization Response Mode (JARM) §2.3.
const (
	modeQuery       = "query"
	modeFormPost    = "form_post"
	modeJWT         = "jwt"
	modeQueryJWT    = "query.jwt"
	modeFormPostJWT = "form_post.jwt"
)

// responseModes returns the modes that are on.
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

// responder returns a function that sends the authorization response in the mode.
func (s *Server) responder(req demoas.AuthorizationRequest, mode string) func(http.ResponseWriter, url.Values) {
	return func(w http.ResponseWriter, response url.Values) {
		f := s.currentFaults()
		if f.WrongState {
			response.Set("state", "not-the-state-of-the-request")
		}
		if f.IssuerSlash {
			response.Set("iss", s.issuer(f))
		}
		if f.WrongIss {
			response.Set("iss", attacker)
		}
		if f.OmitState {
			response.Del("state")
		}
		if other, err := url.ParseQuery(f.ResponseParameters); err == nil && f.ResponseParameters != "" {
			response.Del("code")
			response.Del("error")
			maps.Copy(response, other)
		}
		if f.OmitIss || f.Tenant != "" {
			response.Del("iss")
		}
		if f.ErrorDescription != "" && response.Has("error") {
			response.Set("error_description", f.ErrorDescription)
		}
		response = f.withParameters(response)
		if strings.HasSuffix(mode, modeJWT) && !f.JARMPlain {
			text, err := s.responseJWT(req.Client.ID, response, f)
			if err != nil {
				s.ShowError(w, http.StatusInternalServerError, "The response could not be signed.", "")
				return
			}
			response = url.Values{"response": {text}}
		}
		if strings.HasPrefix(mode, modeFormPost) {
			postForm(w, req.RedirectURI, response)
			return
		}
		demoas.Redirect(w, req.RedirectURI, response)
	}
}

// responseLifetime: "A maximum JWT lifetime of 10 minutes is RECOMMENDED." JARM §2.1
const responseLifetime = 10 * time.Minute

// responseJWT returns the response document of JARM §2.1.
func (s *Server) responseJWT(clientID string, response url.Values, f Faults) (string, error) {
	now := s.config.Now()
	claims := map[string]any{}
	for name := range response {
		claims[name] = response.Get(name)
	}
	claims["iss"], claims["aud"], claims["exp"] = s.Issuer(), clientID, now.Add(responseLifetime).Unix()
	if f.JARMWrongAudience {
		claims["aud"] = "another-client"
	}
	if f.JARMWrongIssuer {
		claims["iss"] = attacker
	}
	if f.JARMExpired {
		claims["exp"] = now.Add(-time.Hour).Unix()
	}
	return s.signOrForge(claims, f.JARMBadSignature)
}

// postForm shows a page whose form the browser sends by itself (OAuth 2.0 Form Post Response Mode §2).
func postForm(w http.ResponseWriter, redirectURI *url.URL, response url.Values) {
	var inputs strings.Builder
	for _, name := range slices.Sorted(maps.Keys(response)) {
		fmt.Fprintf(&inputs, `<input type="hidden" name="%s" value="%s">`, html.EscapeString(name), html.EscapeString(response.Get(name)))
	}
	nonce := rand.Text()
	showPage(w, http.StatusOK, "script-src 'nonce-"+nonce+"'; form-action "+redirectURI.Scheme+"://"+redirectURI.Host,
		`<form method="post" data-page="form_post" action="`+html.EscapeString(redirectURI.String())+`">`+inputs.String()+
			`<button>Continue</button></form><script nonce="`+nonce+`">document.forms[0].submit()</script>`)
}

// showPage shows a page that demoas does not have. policy is its Content-Security-Policy beyond default-src.
func showPage(w http.ResponseWriter, status int, policy, body string) {
	w.Header().Set("Content-Security-Policy", "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; "+policy)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, `<!doctype html><html lang="en"><meta charset="utf-8"><title>Test server</title>`+body+"</html>\n") // fails only if the browser is gone
}
