package demoas

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// oauthError is an error response: of RFC 6749 §4.1.2.1 at the authorization endpoint, of §5.2 at the token endpoint.
type oauthError struct{ code, description string }

func (e *oauthError) Error() string { return e.code + ": " + e.description }

// authorizationRequest is a request that was found good.
type authorizationRequest struct {
	client        Client
	redirectURI   *url.URL
	presentedURI  string // redirectURI as it was written, to be compared at the token endpoint
	state, nonce  string
	scopes        []string
	audience      []string // the values of resource and audience
	codeChallenge string   // S256; empty where a confidential client sent none
	prompt        []string
	maxAge        time.Duration // negative where it was not given
	loginHint     string
	mode          string // response_mode; empty is query
	details       []detail
	jkt           string  // dpop_jkt; mostly none
	device        *device // that asked; nil where a redirect brings the answer
}

func (s *Server) serveAuthorize(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		s.showError(w, http.StatusBadRequest, "The request could not be read.", "")
		return
	}
	req, no, e := s.requested(r.Form)
	if no != nil {
		s.showError(w, http.StatusBadRequest, no.message, no.detail)
		return
	}
	if e != nil {
		s.redirectError(w, req, e)
		return
	}
	switch f := s.currentFaults(); {
	case f.AuthorizationError != "":
		s.redirectError(w, req, &oauthError{f.AuthorizationError, "As the faults of this server demand."})
	case s.config.DenyAll:
		s.deny(w, req)
	case s.config.AutoApprove:
		s.approve(w, req, login{user: cmp.Or(cleanUserName(req.loginHint), defaultUser), at: s.config.Now()})
	default:
		s.beginInteraction(w, r, req)
	}
}

// read takes the rest of the request; what is wrong with it is told to the client.
func (a *authorizationRequest) read(form url.Values, on Features) *oauthError {
	if e := refuseRepeated(form); e != nil {
		return e
	}
	// The mode is first, since it says how the client wants to be told of whatever else is wrong.
	if e := a.readMode(form, on); e != nil {
		return e
	}
	for _, check := range []func(url.Values) *oauthError{a.readType, a.readScope, a.readChallenge, a.readPrompt} {
		if e := check(form); e != nil {
			return e
		}
	}
	if e := a.readDetails(form, on); e != nil {
		return e
	}
	if e := a.readKey(form, on); e != nil {
		return e
	}
	audience, e := readAudience(form)
	if e != nil {
		return e
	}
	a.audience, a.nonce, a.loginHint = audience, form.Get("nonce"), form.Get("login_hint")
	return nil
}

// refuseRepeated: "Request and response parameters MUST NOT be included more than once." (RFC 6749 §3.1). The resource of
// RFC 8707 §2 and the audience that goes with it are the exceptions.
func refuseRepeated(form url.Values) *oauthError {
	for name, values := range form {
		if len(values) > 1 && name != "resource" && name != "audience" {
			return &oauthError{"invalid_request", "A parameter is included more than once."}
		}
	}
	return nil
}

func (a *authorizationRequest) readType(form url.Values) *oauthError {
	switch {
	case form.Get("request") != "":
		return &oauthError{"request_not_supported", "Request objects are not supported."}
	case form.Get("request_uri") != "":
		return &oauthError{"request_uri_not_supported", "Request objects are not supported."}
	case form.Get("response_type") == "":
		return &oauthError{"invalid_request", "response_type is missing."}
	case form.Get("response_type") != "code":
		return &oauthError{"unsupported_response_type", "The only response_type is code."}
	}
	return nil
}

// readScope grants whatever is well-formed: a demo has no reason to know every scope.
func (a *authorizationRequest) readScope(form url.Values) *oauthError {
	for scope := range strings.SplitSeq(form.Get("scope"), " ") {
		if scope == "" || slices.Contains(a.scopes, scope) {
			continue
		}
		if !isScopeToken(scope) {
			return &oauthError{"invalid_scope", "A scope has characters that no scope has."}
		}
		a.scopes = append(a.scopes, scope)
	}
	// RFC 6749 §3.3: without scope "the authorization server MUST either process the request using a pre-defined default
	// value or fail the request".
	if len(a.scopes) == 0 {
		a.scopes = []string{scopeOrders}
	}
	return nil
}

func (a *authorizationRequest) readChallenge(form url.Values) *oauthError {
	challenge, method := form.Get("code_challenge"), form.Get("code_challenge_method")
	switch {
	case challenge == "" && method != "":
		return &oauthError{"invalid_request", "code_challenge is missing."}
	// RFC 9700 §2.1.1: "public clients MUST use PKCE".
	case challenge == "" && a.client.public():
		return &oauthError{"invalid_request", "Public clients must send a code_challenge."}
	case challenge == "":
		return nil
	// RFC 7636 §4.3: the method "defaults to "plain" if not present in the request".
	case method != "S256":
		return &oauthError{"invalid_request", "The only code_challenge_method is S256."}
	case !isDigest(challenge):
		return &oauthError{"invalid_request", "code_challenge is not a base64url-encoded SHA-256."}
	}
	a.codeChallenge = challenge
	return nil
}

func (a *authorizationRequest) readPrompt(form url.Values) *oauthError {
	a.prompt = strings.Fields(form.Get("prompt"))
	// OpenID Connect Core §3.1.2.1: "If this parameter contains none with any other value, an error is returned."
	if len(a.prompt) > 1 && slices.Contains(a.prompt, "none") {
		return &oauthError{"invalid_request", "prompt has none and something else."}
	}
	if text := form.Get("max_age"); text != "" {
		seconds, err := strconv.ParseUint(text, 10, 31)
		if err != nil {
			return &oauthError{"invalid_request", "max_age is not a number of seconds."}
		}
		a.maxAge = time.Duration(seconds) * time.Second
	}
	return nil
}

// readKey takes the thumbprint of the key that the code is to be bound to (RFC 9449 §10).
func (a *authorizationRequest) readKey(form url.Values, on Features) *oauthError {
	if jkt := form.Get("dpop_jkt"); on.DPoP && jkt != "" {
		if !isDigest(jkt) {
			return &oauthError{"invalid_request", "dpop_jkt is not a base64url-encoded SHA-256."}
		}
		a.jkt = jkt
	}
	return nil
}

// readAudience takes resource (RFC 8707) and audience together: both say where the token is to be used.
func readAudience(form url.Values) ([]string, *oauthError) {
	var audience []string
	for _, resource := range form["resource"] {
		u, err := url.Parse(resource)
		// RFC 8707 §2: "Its value MUST be an absolute URI […] The URI MUST NOT include a fragment component."
		if err != nil || u.Scheme == "" || strings.Contains(resource, "#") {
			return nil, &oauthError{"invalid_target", "resource is not an absolute URI without fragment."}
		}
		audience = append(audience, resource)
	}
	for _, name := range form["audience"] {
		if name != "" {
			audience = append(audience, name)
		}
	}
	return audience, nil
}

// approve issues the code and sends the person back with it, or lets the device have its tokens.
func (s *Server) approve(w http.ResponseWriter, req authorizationRequest, by login) {
	g := req.grant(by, s.currentFaults())
	if req.device != nil {
		s.devices.decide(req.device, g)
		s.showDone(w, "You have allowed it", "Go back to your device: it goes on by itself.")
		return
	}
	s.redirect(w, req, url.Values{"code": {s.ledger.issueCode(g)}})
}

// grant is what the person allows by allowing the request.
func (a authorizationRequest) grant(by login, f Faults) *grant {
	return &grant{
		clientID: a.client.ID, redirectURI: a.presentedURI, codeChallenge: a.codeChallenge,
		login: by, scopes: narrowed(a.scopes, f), audience: a.audience, nonce: a.nonce, details: a.details, jkt: a.jkt,
	}
}

func narrowed(scopes []string, f Faults) []string {
	if len(f.NarrowScope) == 0 {
		return scopes
	}
	return slices.DeleteFunc(slices.Clone(scopes), func(scope string) bool { return !slices.Contains(f.NarrowScope, scope) })
}

func (s *Server) deny(w http.ResponseWriter, req authorizationRequest) {
	if req.device != nil {
		s.devices.decide(req.device, nil)
		s.showDone(w, "You have denied it", "Nothing was allowed. You can close this page.")
		return
	}
	s.redirectError(w, req, &oauthError{"access_denied", "The person denied the request."})
}

// isScopeToken checks the scope-token of RFC 6749 §3.3: 1*( %x21 / %x23-5B / %x5D-7E ).
func isScopeToken(scope string) bool {
	return !strings.ContainsFunc(scope, func(c rune) bool { return c < 0x21 || c > 0x7E || c == '"' || c == '\\' })
}

// isDigest checks for a SHA-256 in base64url without padding, which an S256 challenge is (RFC 7636 §4.2), and a thumbprint.
func isDigest(text string) bool {
	sum, err := base64.RawURLEncoding.DecodeString(text)
	return err == nil && len(sum) == sha256.Size
}
