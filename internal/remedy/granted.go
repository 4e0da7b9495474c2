package remedy

// granted are the codes that mean another thing in each grant: invalid_grant is about what was presented, "invalid,
// expired, revoked, … or was issued to another client" (RFC 6749 §5.2). That of a refresh is under no grant.
func granted() []row {
	const subject = "check that the subject token has not expired, is for this server, has the type given, and comes from a server that this one trusts"
	const allow = "allow this client the grant {grant} at the server, or use another grant"
	say := func(grant, text string, keys ...string) row {
		return row{grants: []string{grant}, code: "invalid_grant", advice: advice{text, keys}}
	}
	others := []string{"device_code", "client_credentials", "jwt_bearer", "token_exchange"}
	return []row{
		{grants: others, code: "unauthorized_client", advice: advice{allow, []string{"grant"}}},
		{grants: others, code: "unsupported_grant_type", advice: advice{allow, []string{"grant"}}},
		say("", "the refresh token has expired, was used before, or belongs to another client: {login}"),
		say("authorization_code", "run the command again: a code is good once, and briefly; if it repeats, compare the redirect URI {redirect_uri} and client_id {client_id} with the registration", "redirect_uri", "client_id"),
		say("device_code", "the device code is no longer valid: run the command again"),
		say("client_credentials", "check that the server allows this client what it asks for: {scopes}", "scopes", "resource", "audience"),
		say("jwt_bearer", "compare the assertion's subject, audience and signing key with what the server knows, and check this computer's clock", "assertion_subject", "assertion_audience", "assertion_github_actions", "client_key_file"),
		say("token_exchange", subject, "subject_token_github_actions", "subject_token_type"),
		// RFC 8693 §2.2.2 has invalid_request for a subject token that is "invalid for any reason".
		{grants: []string{"token_exchange"}, code: "invalid_request", advice: advice{subject, []string{"subject_token_github_actions", "subject_token_type"}}},
	}
}
