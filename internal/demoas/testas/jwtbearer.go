package testas

import (
	"net/http"
	"slices"

	"github.com/oauthget/oauthget/internal/demoas"
)

const grantJWTBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer"

// grantClientCredentials is RFC 6749 §4.4.
func (s *Server) grantClientCredentials(q tokenRequest, f Faults) (demoas.Issuing, *demoas.Error) {
	// RFC 6749 §4.4: "The client credentials grant type MUST only be used by confidential clients."
	if q.client.Public() {
		return demoas.Issuing{}, failure("unauthorized_client", "The client has no credentials.")
	}
	return s.withoutPerson(q, demoas.Login{}, f)
}

// grantAssertion signs in whom the client's assertion names: a JWT that one of its keys has signed (RFC 7523 §2.1).
// Assertions of others are refused, but for those that this server has issued in an exchange.
func (s *Server) grantAssertion(q tokenRequest, f Faults) (demoas.Issuing, *demoas.Error) {
	client, _ := s.client(q.client.ID)
	if by, ok, err := s.readIDJAG(q.form.Get("assertion")); ok {
		if err != nil {
			return demoas.Issuing{}, failure("invalid_grant", "The assertion is refused: "+err.Error()+".")
		}
		return s.withoutPerson(q, by, f)
	}
	if by, ok := s.job(q.form.Get("assertion")); ok {
		return s.withoutPerson(q, by, f)
	}
	claims, err := signedBy(q.form.Get("assertion"), client.JWKS)
	if err == nil {
		err = s.checkAssertion(claims, client)
	}
	// RFC 7521 §4.1.1 on an assertion that is not valid: "The value of the "error" parameter MUST be the "invalid_grant" error
	// code."
	if err != nil {
		return demoas.Issuing{}, failure("invalid_grant", "The assertion is refused: "+err.Error()+".")
	}
	var by demoas.Login
	if claims.Subject != client.ID {
		by = s.login(claims.Subject)
	}
	return s.withoutPerson(q, by, f)
}

// tokenClient returns the client of a token request. One with an assertion need not name it: "Authentication of the client is
// optional" (RFC 7523 §2.1), since the assertion says who it is.
func (s *Server) tokenClient(r *http.Request) (demoas.Client, *demoas.Error) {
	client, e := s.Authenticate(r)
	form := r.PostForm
	if e == nil || form.Get("grant_type") != grantJWTBearer || form.Get("client_id") != "" || r.Header.Get("Authorization") != "" {
		return client, e
	}
	claims, ok := claimed(form.Get("assertion"))
	known, _ := s.client(claims.Issuer)
	client, registered := s.Client(claims.Issuer)
	if !ok || !registered || known.JWKS == nil {
		return demoas.Client{}, failure("invalid_client", "Neither client_id nor assertion names a client that is known.")
	}
	return client, nil
}

// withoutPerson returns what is issued to a client without asking a person: neither an ID Token nor a refresh token. "A
// refresh token SHOULD NOT be included." (RFC 6749 §4.4.3)
//
// If nobody has signed in, the tokens are about the client: sub "SHOULD correspond to an identifier the authorization server
// uses to indicate the client application" (RFC 9068 §2.2).
func (s *Server) withoutPerson(q tokenRequest, by demoas.Login, f Faults) (demoas.Issuing, *demoas.Error) {
	scopes, e := demoas.ReadScopes(q.form)
	if e != nil {
		return demoas.Issuing{}, e
	}
	details, e := readDetails(q.form, s.config.AuthorizationDetailsTypes)
	if e != nil {
		return demoas.Issuing{}, e
	}
	// RFC 6749 §3.3: "The authorization server MAY fully or partially ignore the scope requested by the client".
	scopes = slices.DeleteFunc(narrowed(slices.Clone(scopes), f), func(scope string) bool {
		return scope == demoas.ScopeOpenID || scope == demoas.ScopeOffline
	})
	if by.User == "" {
		by.User = q.client.ID
	}
	g := &demoas.Grant{ClientID: q.client.ID, Login: by, Scopes: scopes, Audience: q.audience, Extra: &extra{details: details}}
	return demoas.Issuing{Grant: g, Scopes: scopes, Audience: q.audience}, nil
}
