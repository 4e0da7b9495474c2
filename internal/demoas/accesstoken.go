package demoas

// accessTokenText is random, or a JWT that says what it stands for. Either way the ledger knows the token: a JWT can be
// revoked too.
func (s *Server) accessTokenText(token accessToken) (string, error) {
	if !s.config.JWTAccessTokens {
		return randomSecret(s.config.Prefix), nil
	}
	claims := s.claimsOf(token)
	claims["jti"] = randomSecret("")
	// RFC 9068 §3: without a resource in the request the server uses "a default resource indicator in the aud claim".
	if len(token.audience) == 0 {
		claims["aud"] = s.APIURL()
	}
	if !token.grant.login.at.IsZero() {
		claims["auth_time"] = token.grant.login.at.Unix()
	}
	// RFC 9068 §2.1: "JWT access tokens MUST include this media type in the "typ" header parameter".
	return s.signer.signAs("at+jwt", claims)
}
