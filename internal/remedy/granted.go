package remedy

// granted are the codes that mean another thing in each grant: invalid_grant is about what was presented, "invalid,
// expired, revoked, … or was issued to another client" (RFC 6749 §5.2). What a person's login in the browser presents is
// in the other tables.
func granted() []row {
	const allow = "allow this client the grant {grant} at the server, or use another grant"
	say := func(grant, text string, keys ...string) row {
		return row{grants: []string{grant}, code: "invalid_grant", advice: advice{text, keys}}
	}
	others := []string{"device_code", "client_credentials", "jwt_bearer", "token_exchange"}
	return []row{
		{grants: others, code: "unauthorized_client", advice: advice{allow, []string{"grant"}}},
		{grants: others, code: "unsupported_grant_type", advice: advice{allow, []string{"grant"}}},
		say("device_code", "the device code is not known any more: run the command again"),
		say("client_credentials", "see whether the server lets this client have what it asks for: {scopes}", "scopes", "resource", "audience"),
		say("jwt_bearer", "compare whom the assertion is about and for, and who signed it, with what the server knows, and this computer's clock", "assertion_subject", "assertion_audience", "client_key_file"),
		say("token_exchange", "see that the subject token is alive, of the type that is said, and of a server that this one trusts", "subject_token_type"),
	}
}
