package testas

import (
	"crypto/rand"
	"errors"
	"net/url"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/oauthget/oauthget/internal/demoas"
)

// An identity assertion authorization grant (draft-ietf-oauth-identity-assertion-authz-grant) is a JWT by which the server of a
// company lets a client have an API's token for one of its people. This server is both: token exchange issues it, the JWT bearer
// grant takes it.
const (
	typeIDJAG = "urn:ietf:params:oauth:token-type:id-jag"
	headerJAG = "oauth-id-jag+jwt"

	lifetimeJAG = 5 * time.Minute
)

// tellIDJAG puts the assertion into a token response. "token_type: REQUIRED. N_A" (§4.3.4)
func (s *Server) tellIDJAG(response map[string]any, form url.Values, g *demoas.Grant) *demoas.Error {
	now := s.config.Now()
	text, err := s.Sign(headerJAG, map[string]any{
		"iss": s.Issuer(), "sub": g.Login.User, "aud": form.Get("audience"), "resource": form.Get("resource"),
		"jti": rand.Text(), "iat": now.Unix(), "exp": now.Add(lifetimeJAG).Unix(),
	})
	if err != nil {
		return failure("server_error", "The assertion could not be signed.")
	}
	response["access_token"], response["token_type"], response["issued_token_type"] = text, "N_A", typeIDJAG
	return nil
}

// readIDJAG returns the person of such an assertion; ok is false if it is another JWT. It is good once, and for the API alone.
func (s *Server) readIDJAG(text string) (by demoas.Login, ok bool, err error) {
	token, err := jwt.ParseSigned(text, []jose.SignatureAlgorithm{jose.ES256})
	if err != nil || token.Headers[0].ExtraHeaders[jose.HeaderType] != headerJAG {
		return demoas.Login{}, false, nil
	}
	keys := s.Keys()
	var of struct {
		Resource string `json:"resource"`
	}
	claims, err := signedBy(text, &keys, &of)
	if err == nil {
		err = s.checkAssertion(claims, Client{ID: s.Issuer()})
	}
	if err == nil && of.Resource != s.APIURL() {
		err = errors.New("it is for another resource")
	}
	return s.login(claims.Subject), true, err
}
