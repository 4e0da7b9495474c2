package demoas

import (
	"crypto/sha256"
	"crypto/subtle"
	"mime"
	"net/http"
	"net/url"
)

// authenticate finds out which client sends a request to the token, revocation or introspection endpoint, or answers with
// the error. The form is in r.PostForm then.
func (s *Server) authenticate(w http.ResponseWriter, r *http.Request) (Client, bool) {
	if e := parseTokenForm(r); e != nil {
		s.writeError(w, http.StatusBadRequest, e)
		return Client{}, false
	}
	_, _, withHeader := r.BasicAuth()
	client, e := s.clientOf(r)
	if e == nil {
		return client, true
	}
	status := http.StatusBadRequest
	if e.code == "invalid_client" {
		status = http.StatusUnauthorized
	}
	// RFC 6749 §5.2: "If the client attempted to authenticate via the "Authorization" request header field, the authorization
	// server MUST respond with an HTTP 401 (Unauthorized) status code and include the "WWW-Authenticate" response header
	// field matching the authentication scheme used by the client."
	if withHeader && status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Basic realm="`+s.Issuer()+`"`)
	}
	s.writeError(w, status, e)
	return Client{}, false
}

func parseTokenForm(r *http.Request) *oauthError {
	// RFC 6749 §4.1.3: the parameters are sent "using the "application/x-www-form-urlencoded" format".
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != "application/x-www-form-urlencoded" {
		return &oauthError{"invalid_request", "The body is not application/x-www-form-urlencoded."}
	}
	if r.ParseForm() != nil {
		return &oauthError{"invalid_request", "The body could not be read."}
	}
	// RFC 6749 §2.3.1: "The parameters can only be transmitted in the request-body and MUST NOT be included in the request
	// URI."
	if r.URL.RawQuery != "" {
		return &oauthError{"invalid_request", "Parameters belong into the body, not into the URI."}
	}
	return refuseRepeated(r.PostForm)
}

func (s *Server) clientOf(r *http.Request) (Client, *oauthError) {
	if r.PostForm.Has("client_assertion") || r.PostForm.Has("client_assertion_type") {
		return s.clientThatAsserts(r)
	}
	id, secret, method, e := credentials(r)
	if e != nil {
		return Client{}, e
	}
	if id == "" && r.PostForm.Get("grant_type") == grantJWTBearer {
		return s.clientOfGrant(r.PostForm.Get("assertion"))
	}
	client, known := s.clients.client(id)
	if !known || !client.accepts(method, secret) {
		return Client{}, &oauthError{"invalid_client", "The client is unknown or did not authenticate as it is registered."}
	}
	return client, nil
}

func credentials(r *http.Request) (id, secret, method string, e *oauthError) {
	formID, formSecret := r.PostForm.Get("client_id"), r.PostForm.Get("client_secret")
	user, password, basic := r.BasicAuth()
	switch {
	// RFC 6749 §2.3: "The client MUST NOT use more than one authentication method in each request."
	case basic && formSecret != "":
		return "", "", "", &oauthError{"invalid_request", "The client authenticates in two ways at once."}
	case !basic && r.Header.Get("Authorization") != "":
		return "", "", "", &oauthError{"invalid_client", "The Authorization header has another scheme than Basic."}
	case !basic && formSecret != "":
		return formID, formSecret, AuthClientSecretPost, nil
	case !basic:
		return formID, "", AuthNone, nil
	}
	// RFC 6749 §2.3.1: "The client identifier is encoded using the "application/x-www-form-urlencoded" encoding algorithm per
	// Appendix B, and the encoded value is used as the username; the client password is encoded using the same algorithm".
	id, err := url.QueryUnescape(user)
	if err != nil {
		return "", "", "", &oauthError{"invalid_client", "The client_id is not form-urlencoded."}
	}
	secret, err = url.QueryUnescape(password)
	if err != nil {
		return "", "", "", &oauthError{"invalid_client", "The client_secret is not form-urlencoded."}
	}
	if formID != "" && formID != id {
		return "", "", "", &oauthError{"invalid_request", "There are two client identifiers."}
	}
	return id, secret, AuthClientSecretBasic, nil
}

func (c Client) accepts(method, secret string) bool {
	switch {
	case c.public():
		return method == AuthNone
	case method == AuthNone || c.asserts() || c.Secret == "":
		return false
	case c.AuthMethod != "" && c.AuthMethod != method:
		return false
	}
	// Digests have one length, which ConstantTimeCompare does not hide.
	want, got := sha256.Sum256([]byte(c.Secret)), sha256.Sum256([]byte(secret))
	return subtle.ConstantTimeCompare(want[:], got[:]) == 1
}
