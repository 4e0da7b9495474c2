package demoas

import (
	"crypto/sha256"
	"crypto/subtle"
	"mime"
	"net/http"
	"net/url"
)

// Authenticate returns the client that sends a form to the token or the revocation endpoint. The form is in r.PostForm then.
func (s *Server) Authenticate(r *http.Request) (Client, *Error) {
	if e := parseTokenForm(r); e != nil {
		return Client{}, e
	}
	id, secret, method, e := credentials(r)
	if e != nil {
		return Client{}, e
	}
	client, known := s.Client(id)
	if !known || !client.accepts(method, secret) {
		return Client{}, &Error{"invalid_client", "The client is unknown or did not authenticate as it is registered."}
	}
	return client, nil
}

func parseTokenForm(r *http.Request) *Error {
	// RFC 6749 §4.1.3: the parameters are sent "using the "application/x-www-form-urlencoded" format".
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != "application/x-www-form-urlencoded" {
		return &Error{"invalid_request", "The body is not application/x-www-form-urlencoded."}
	}
	if r.ParseForm() != nil {
		return &Error{"invalid_request", "The body could not be read."}
	}
	// RFC 6749 §2.3.1: "The parameters can only be transmitted in the request-body and MUST NOT be included in the request
	// URI."
	if r.URL.RawQuery != "" {
		return &Error{"invalid_request", "Parameters belong in the body, not in the URI."}
	}
	return refuseRepeated(r.PostForm)
}

// credentials returns what a request authenticates its client with.
func credentials(r *http.Request) (id, secret, method string, e *Error) {
	formID, formSecret := r.PostForm.Get("client_id"), r.PostForm.Get("client_secret")
	user, password, basic := r.BasicAuth()
	switch {
	// RFC 6749 §2.3: "The client MUST NOT use more than one authentication method in each request."
	case basic && formSecret != "":
		return "", "", "", &Error{"invalid_request", "The client authenticates in two ways at once."}
	case !basic && r.Header.Get("Authorization") != "":
		return "", "", "", &Error{"invalid_client", "The Authorization header has another scheme than Basic."}
	case !basic && formSecret != "":
		return formID, formSecret, AuthClientSecretPost, nil
	case !basic:
		return formID, "", AuthNone, nil
	}
	// RFC 6749 §2.3.1: "The client identifier is encoded using the "application/x-www-form-urlencoded" encoding algorithm per
	// Appendix B, and the encoded value is used as the username; the client password is encoded using the same algorithm".
	id, err := url.QueryUnescape(user)
	if err != nil {
		return "", "", "", &Error{"invalid_client", "The client_id is not form-urlencoded."}
	}
	secret, err = url.QueryUnescape(password)
	if err != nil {
		return "", "", "", &Error{"invalid_client", "The client_secret is not form-urlencoded."}
	}
	if formID != "" && formID != id {
		return "", "", "", &Error{"invalid_request", "There are two client identifiers."}
	}
	return id, secret, AuthClientSecretBasic, nil
}

func (c Client) accepts(method, secret string) bool {
	if c.Public() || method == AuthNone {
		return c.Public() && method == AuthNone
	}
	if c.AuthMethod != "" && c.AuthMethod != method {
		return false
	}
	// Digests, because ConstantTimeCompare does not hide a difference in length.
	want, got := sha256.Sum256([]byte(c.Secret)), sha256.Sum256([]byte(secret))
	return subtle.ConstantTimeCompare(want[:], got[:]) == 1
}
