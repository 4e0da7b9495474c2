package demoas

import (
	"errors"
	"net/http"

	"github.com/go-jose/go-jose/v4/jwt"
)

const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// clientThatAsserts authenticates a client by a JWT of its own (RFC 7523 §2.2).
func (s *Server) clientThatAsserts(r *http.Request) (Client, *oauthError) {
	form := r.PostForm
	// RFC 6749 §2.3: "The client MUST NOT use more than one authentication method in each request."
	if r.Header.Get("Authorization") != "" || form.Get("client_secret") != "" {
		return Client{}, &oauthError{"invalid_request", "The client authenticates in two ways at once."}
	}
	if form.Get("client_assertion_type") != assertionType {
		return Client{}, &oauthError{"invalid_client", "The client_assertion_type is not that of a JWT."}
	}
	assertion := form.Get("client_assertion")
	claims, ok := claimed(assertion)
	// RFC 7521 §4.2: "If present, the value of the "client_id" parameter MUST identify the same client as is identified by
	// the client assertion."
	if !ok || form.Has("client_id") && form.Get("client_id") != claims.Subject {
		return Client{}, &oauthError{"invalid_client", "The client assertion is not a JWT about this client."}
	}
	client, known := s.clients.client(claims.Subject)
	if !known || !client.asserts() {
		return Client{}, &oauthError{"invalid_client", "The client is unknown or did not authenticate as it is registered."}
	}
	if err := s.verifyClientAssertion(assertion, client); err != nil {
		return Client{}, &oauthError{"invalid_client", "The client assertion is refused: " + err.Error() + "."}
	}
	return client, nil
}

func (s *Server) verifyClientAssertion(assertion string, client Client) error {
	claims, err := client.signed(assertion)
	if err != nil {
		return err
	}
	// RFC 7523 §3: "For client authentication, the subject MUST be the "client_id" of the OAuth client." OpenID Connect Core
	// §9 demands a jti.
	if claims.Subject != client.ID || claims.ID == "" {
		return errors.New("sub is not the client, or jti is missing")
	}
	return s.checkAssertion(claims, client)
}

// signed returns the claims of a JWT that the client has signed as it is registered to authenticate.
func (c Client) signed(text string) (jwt.Claims, error) {
	if c.AuthMethod == AuthPrivateKeyJWT {
		return signedBy(text, c.JWKS)
	}
	token, err := jwt.ParseSigned(text, secretAlgorithms())
	if err != nil {
		return jwt.Claims{}, errors.New("it is not a JWT signed with a secret")
	}
	var claims jwt.Claims
	if token.Claims([]byte(c.Secret), &claims) != nil {
		return jwt.Claims{}, errors.New("the client's secret has not signed it")
	}
	return claims, nil
}
