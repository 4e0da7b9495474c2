package testas

import (
	"cmp"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/oauthget/oauthget/internal/demoas"
)

// extra is what an authorization request and its grant have beyond those of demoas.
type extra struct {
	details []detail
	codeKey string // dpop_jkt: thumbprint of the key that the code is bound to; empty for none
	acr     string // acr_values
	actor   string // who acts for the person (RFC 8693 §4.1); empty for nobody

	refreshKey string // of the key that the refresh tokens are bound to; guarded by Server.mu
}

func extraOf(g *demoas.Grant) *extra { return g.Extra.(*extra) }

func failure(code, description string) *demoas.Error {
	return &demoas.Error{Code: code, Description: description}
}

func (s *Server) serveAuthorize(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		s.ShowError(w, http.StatusBadRequest, "The request could not be read.", "")
		return
	}
	req, err := s.requested(r.Form)
	switch f := s.currentFaults(); {
	case f.AuthorizationPage, s.refusesPort(r, f):
		s.ShowError(w, http.StatusBadRequest, "Invalid parameter: redirect_uri", "")
	case f.forgotten(r.Form.Get("client_id")):
		s.ShowError(w, http.StatusBadRequest, "The client is not known.", "")
	case err != nil:
		s.Refuse(w, req, err)
	case f.RefuseResource && r.Form.Has("resource"):
		s.Refuse(w, req, failure("invalid_target", "AADSTS9010010: The resource parameter provided in the request doesn't match with the requested scopes."))
	case f.AuthorizationError != "":
		s.Refuse(w, req, failure(f.AuthorizationError, "This is a fault of the server."))
	case s.config.DenyAll:
		s.Refuse(w, req, failure("access_denied", "The person denied the request."))
	case s.config.AutoApprove:
		s.Approve(w, req, s.login(cmp.Or(req.LoginHint, demoas.DefaultUser)))
	default:
		s.Ask(w, r, req)
	}
}

func (s *Server) login(user string) demoas.Login { return demoas.Login{User: user, At: s.config.Now()} }

// requested returns the request that the parameters are: as they stand, in a request object, or pushed before.
func (s *Server) requested(form url.Values) (demoas.AuthorizationRequest, error) {
	if s.config.PAR && isPushed(form) {
		return s.pushed.take(form.Get("request_uri"), form.Get("client_id"))
	}
	req, err := s.read(form)
	if err == nil && s.config.RequirePAR {
		err = failure("invalid_request", "Authorization requests must be pushed.")
	}
	return req, err
}

// read reads a request that is not pushed, or is being pushed.
func (s *Server) read(form url.Values) (demoas.AuthorizationRequest, error) {
	inner, e := s.unwrapped(form)
	if e != nil {
		req, err := s.Identify(form)
		if err != nil {
			return req, err
		}
		req.Respond = s.responder(req, "")
		return req, e
	}
	f := s.currentFaults()
	inner = maps.Clone(inner)
	f.readScope(inner)
	f.readClientID(inner)
	mode := ""
	if asked := inner.Get("response_mode"); slices.Contains(s.config.responseModes(), asked) {
		mode = asked
		inner.Del("response_mode")
	}
	req, err := s.ReadAuthorization(inner)
	if req.RedirectURI == nil {
		return req, err
	}
	req.Respond = s.responder(req, mode)
	if err != nil {
		return req, err
	}
	req.Scopes = narrowed(req.Scopes, f)
	if f.RequireConsent && !strings.Contains(inner.Get("prompt"), "consent") {
		req.Scopes = slices.DeleteFunc(req.Scopes, func(scope string) bool { return scope == demoas.ScopeOffline })
	}
	x := &extra{acr: inner.Get("acr_values")}
	req.Extra = x
	if x.details, e = readDetails(inner, s.config.AuthorizationDetailsTypes); e != nil {
		return req, e
	}
	for _, d := range x.details {
		req.Note = "It asks in detail for " + d["type"].(string) + "."
	}
	// RFC 9449 §10: the code is bound to the key of dpop_jkt.
	if jkt := inner.Get("dpop_jkt"); s.config.DPoP && jkt != "" {
		if !demoas.IsDigest(jkt) {
			return req, failure("invalid_request", "dpop_jkt is not a base64url-encoded SHA-256.")
		}
		x.codeKey = jkt
	}
	return req, nil
}

func narrowed(scopes []string, f Faults) []string {
	if len(f.NarrowScope) == 0 {
		return scopes
	}
	return slices.DeleteFunc(slices.Clone(scopes), func(scope string) bool { return !slices.Contains(f.NarrowScope, scope) })
}
