package demoas

import "slices"

const grantJWTBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer"

// grantClientCredentials is RFC 6749 §4.4.
func (s *Server) grantClientCredentials(q tokenRequest, f Faults) (issuing, *oauthError) {
	// RFC 6749 §4.4: "The client credentials grant type MUST only be used by confidential clients."
	if q.client.public() {
		return issuing{}, &oauthError{"unauthorized_client", "The client has no credentials."}
	}
	return s.impersonal(q, login{}, f)
}

// grantAssertion lets the client be whom its assertion says: a JWT that one of its keys has signed (RFC 7523 §2.1). Only
// what the client itself says is believed, and nobody else's word.
func (s *Server) grantAssertion(q tokenRequest, f Faults) (issuing, *oauthError) {
	claims, err := signedBy(q.form.Get("assertion"), q.client.JWKS)
	if err == nil {
		err = s.checkAssertion(claims, q.client)
	}
	// RFC 7521 §4.1.1 on an assertion that is not valid: "The value of the "error" parameter MUST be the "invalid_grant" error
	// code."
	if err != nil {
		return issuing{}, &oauthError{"invalid_grant", "The assertion is refused: " + err.Error() + "."}
	}
	by := login{}
	if claims.Subject != q.client.ID {
		by = login{user: cleanUserName(claims.Subject), at: s.config.Now()}
	}
	return s.impersonal(q, by, f)
}

// clientOfGrant finds the client of a request that names none: "Authentication of the client is optional" (RFC 7523 §2.1),
// since the assertion itself tells who it is.
func (s *Server) clientOfGrant(assertion string) (Client, *oauthError) {
	claims, ok := claimed(assertion)
	client, known := s.clients.client(claims.Issuer)
	if !ok || !known || client.JWKS == nil {
		return Client{}, &oauthError{"invalid_client", "Neither client_id nor assertion name a client that is known."}
	}
	return client, nil
}

// impersonal is what a client gets that nobody was asked about. Without a person there is neither an ID Token nor a
// refresh token: "A refresh token SHOULD NOT be included." (RFC 6749 §4.4.3)
func (s *Server) impersonal(q tokenRequest, by login, f Faults) (issuing, *oauthError) {
	var asked authorizationRequest
	if e := asked.readScope(q.form); e != nil {
		return issuing{}, e
	}
	if e := asked.readDetails(q.form, s.config.Features); e != nil {
		return issuing{}, e
	}
	// RFC 6749 §3.3: "The authorization server MAY fully or partially ignore the scope requested by the client".
	scopes := slices.DeleteFunc(narrowed(slices.Clone(asked.scopes), f), func(scope string) bool {
		return scope == scopeOpenID || scope == scopeOffline
	})
	g := &grant{clientID: q.client.ID, login: by, scopes: scopes, audience: q.audience, details: asked.details}
	return issuing{grant: g, scopes: scopes}, nil
}

// subject is whom the tokens are about. Where nobody has signed in, sub "SHOULD correspond to an identifier the
// authorization server uses to indicate the client application" (RFC 9068 §2.2).
func (g *grant) subject() string {
	if g.login.user == "" {
		return g.clientID
	}
	return g.login.user
}
