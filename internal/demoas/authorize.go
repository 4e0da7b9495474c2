package demoas

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Error is an error response: of RFC 6749 §4.1.2.1 at the authorization endpoint, of §5.2 at the token endpoint.
type Error struct{ Code, Description string }

func (e *Error) Error() string { return e.Code + ": " + e.Description }

// Refusal is an error of an authorization request that must not be sent to the client. The person sees it on a page.
type Refusal struct{ Message, Detail string }

func (r *Refusal) Error() string { return r.Message }

// AuthorizationRequest is a valid authorization request.
type AuthorizationRequest struct {
	Client        Client
	RedirectURI   *url.URL
	State, Nonce  string
	Scopes        []string
	Audience      []string // the values of resource and audience
	CodeChallenge string   // S256; empty if a confidential client sent none
	LoginHint     string

	presentedURI string // RedirectURI as it was written, to be compared at the token endpoint
	prompt       []string
	maxAge       *time.Duration

	// The rest is for the tests' server.

	Note    string                                // for the consent page, in place of where the answer goes
	Respond func(http.ResponseWriter, url.Values) // sends the response, in place of a redirect to RedirectURI
	Extra   any                                   // becomes the grant's
}

func (s *Server) serveAuthorize(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		s.ShowError(w, http.StatusBadRequest, "The request could not be read.", "")
		return
	}
	req, err := s.ReadAuthorization(r.Form)
	if err != nil {
		s.Refuse(w, req, err)
		return
	}
	s.Ask(w, r, req)
}

// ReadAuthorization returns the request that the parameters are. The error is an [Error] or a [Refusal], for [Server.Refuse].
func (s *Server) ReadAuthorization(form url.Values) (AuthorizationRequest, error) {
	req, err := s.Identify(form)
	if err != nil {
		return req, err
	}
	if e := req.read(form); e != nil {
		return req, e
	}
	return req, nil
}

// Identify returns a request of which only client, redirect URI and state are known, or a [Refusal].
//
// RFC 6749 §4.1.2.1: "If the request fails due to a missing, invalid, or mismatching redirection URI, or if the client
// identifier is missing or invalid, the authorization server SHOULD inform the resource owner of the error and MUST NOT
// automatically redirect the user-agent to the invalid redirection URI."
func (s *Server) Identify(form url.Values) (AuthorizationRequest, error) {
	client, known := s.Client(form.Get("client_id"))
	if !known || len(form["client_id"]) != 1 {
		return AuthorizationRequest{}, &Refusal{
			"The program that sent you here is not registered with this server.", "client_id: " + form.Get("client_id"),
		}
	}
	presented := form.Get("redirect_uri")
	uri, matches := client.redirectURI(presented)
	if !matches || len(form["redirect_uri"]) != 1 {
		return AuthorizationRequest{}, &Refusal{
			fmt.Sprintf("%s asked to have you sent back to an address that is not registered for it.", client.displayName()),
			"redirect_uri: " + presented,
		}
	}
	return AuthorizationRequest{Client: client, RedirectURI: uri, presentedURI: presented, State: form.Get("state")}, nil
}

// read reads the rest of the request. Its errors are sent to the client.
func (a *AuthorizationRequest) read(form url.Values) *Error {
	if e := refuseRepeated(form); e != nil {
		return e
	}
	for _, read := range []func(url.Values) *Error{a.readType, a.readScope, a.readChallenge, a.readPrompt, a.readAudience} {
		if e := read(form); e != nil {
			return e
		}
	}
	a.Nonce, a.LoginHint = form.Get("nonce"), form.Get("login_hint")
	return nil
}

// refuseRepeated: "Request and response parameters MUST NOT be included more than once." (RFC 6749 §3.1). The resource of
// RFC 8707 §2 and the audience that goes with it are the exceptions.
func refuseRepeated(form url.Values) *Error {
	for name, values := range form {
		if len(values) > 1 && name != "resource" && name != "audience" {
			return &Error{"invalid_request", "A parameter is included more than once."}
		}
	}
	return nil
}

func (a *AuthorizationRequest) readType(form url.Values) *Error {
	mode := form.Get("response_mode")
	switch {
	case mode != "" && mode != "query":
		return &Error{"invalid_request", "The response_mode is not supported."}
	case form.Get("request") != "":
		return &Error{"request_not_supported", "Request objects are not supported."}
	case form.Get("request_uri") != "":
		return &Error{"request_uri_not_supported", "Request objects are not supported."}
	case form.Get("response_type") == "":
		return &Error{"invalid_request", "response_type is missing."}
	case form.Get("response_type") != "code":
		return &Error{"unsupported_response_type", "The only response_type is code."}
	}
	return nil
}

func (a *AuthorizationRequest) readScope(form url.Values) (e *Error) {
	a.Scopes, e = ReadScopes(form)
	return e
}

// ReadScopes returns the scopes that are asked for. Every well-formed scope is granted.
func ReadScopes(form url.Values) ([]string, *Error) {
	var scopes []string
	for scope := range strings.SplitSeq(form.Get("scope"), " ") {
		if scope == "" || slices.Contains(scopes, scope) {
			continue
		}
		if !isScopeToken(scope) {
			return nil, &Error{"invalid_scope", "A scope has characters that are not allowed."}
		}
		scopes = append(scopes, scope)
	}
	// RFC 6749 §3.3: without scope "the authorization server MUST either process the request using a pre-defined default
	// value or fail the request".
	if len(scopes) == 0 {
		scopes = []string{scopeOrders}
	}
	return scopes, nil
}

func (a *AuthorizationRequest) readChallenge(form url.Values) *Error {
	challenge, method := form.Get("code_challenge"), form.Get("code_challenge_method")
	switch {
	case challenge == "" && method != "":
		return &Error{"invalid_request", "code_challenge is missing."}
	// RFC 9700 §2.1.1: "public clients MUST use PKCE".
	case challenge == "" && a.Client.Public():
		return &Error{"invalid_request", "Public clients must send a code_challenge."}
	case challenge == "":
		return nil
	// RFC 7636 §4.3: the method "defaults to "plain" if not present in the request".
	case method != "S256":
		return &Error{"invalid_request", "The only code_challenge_method is S256."}
	case !IsDigest(challenge):
		return &Error{"invalid_request", "code_challenge is not a base64url-encoded SHA-256."}
	}
	a.CodeChallenge = challenge
	return nil
}

func (a *AuthorizationRequest) readPrompt(form url.Values) *Error {
	a.prompt = strings.Fields(form.Get("prompt"))
	// OpenID Connect Core §3.1.2.1: "If this parameter contains none with any other value, an error is returned."
	if len(a.prompt) > 1 && slices.Contains(a.prompt, "none") {
		return &Error{"invalid_request", "prompt has none and another value."}
	}
	if text := form.Get("max_age"); text != "" {
		seconds, err := strconv.ParseUint(text, 10, 31)
		if err != nil {
			return &Error{"invalid_request", "max_age is not a number of seconds."}
		}
		a.maxAge = new(time.Duration(seconds) * time.Second)
	}
	return nil
}

func (a *AuthorizationRequest) readAudience(form url.Values) (e *Error) {
	a.Audience, e = ReadAudience(form)
	return e
}

// ReadAudience returns the values of resource (RFC 8707) and audience. Both say where the token is to be used.
func ReadAudience(form url.Values) ([]string, *Error) {
	var audience []string
	for _, resource := range form["resource"] {
		u, err := url.Parse(resource)
		// RFC 8707 §2: "Its value MUST be an absolute URI […] The URI MUST NOT include a fragment component."
		if err != nil || u.Scheme == "" || strings.Contains(resource, "#") {
			return nil, &Error{"invalid_target", "resource is not an absolute URI without fragment."}
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

// isScopeToken checks the scope-token of RFC 6749 §3.3: 1*( %x21 / %x23-5B / %x5D-7E ).
func isScopeToken(scope string) bool {
	return !strings.ContainsFunc(scope, func(c rune) bool { return c < 0x21 || c > 0x7E || c == '"' || c == '\\' })
}

// IsDigest reports whether text is a SHA-256 in base64url without padding, as an S256 challenge is (RFC 7636 §4.2).
func IsDigest(text string) bool {
	sum, err := base64.RawURLEncoding.DecodeString(text)
	return err == nil && len(sum) == sha256.Size
}

// Approve sends the code: the person has allowed the request.
func (s *Server) Approve(w http.ResponseWriter, req AuthorizationRequest, by Login) {
	code := s.ledger.issueCode(&Grant{
		ClientID: req.Client.ID, redirectURI: req.presentedURI, codeChallenge: req.CodeChallenge,
		Login: by, Scopes: req.Scopes, Audience: req.Audience, nonce: req.Nonce, Extra: req.Extra,
	})
	s.respond(w, req, url.Values{"code": {code}})
}

// Refuse answers an authorization request with an error: to the client if it is an [Error], to the person otherwise.
func (s *Server) Refuse(w http.ResponseWriter, req AuthorizationRequest, err error) {
	switch e := err.(type) {
	case *Error:
		s.respond(w, req, url.Values{"error": {e.Code}, "error_description": {e.Description}})
	case *Refusal:
		s.ShowError(w, http.StatusBadRequest, e.Message, e.Detail)
	default:
		s.ShowError(w, http.StatusInternalServerError, "The request could not be answered.", "")
	}
}

// respond sends the person back to the client with the authorization response.
func (s *Server) respond(w http.ResponseWriter, req AuthorizationRequest, response url.Values) {
	if req.State != "" {
		response.Set("state", req.State)
	}
	// RFC 9207 §2: "In authorization responses to the client, including error responses, an authorization server supporting
	// this specification MUST indicate its identity by including the iss parameter in the response."
	response.Set("iss", s.Issuer())
	if req.Respond != nil {
		req.Respond(w, response)
		return
	}
	Redirect(w, req.RedirectURI, response)
}
