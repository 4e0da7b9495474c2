package remedy

// described are errors of which the standard's code alone does not say enough, in the words that servers are known to
// use.
func described() []row {
	say := func(code, in, text string, keys ...string) row {
		return row{code: code, in: in, advice: advice{text, keys}}
	}
	const register = "register the redirect URI {redirect_uri} at the server, or set the one that is registered"
	const key = "compare the client's key, its kid and the audience with the registration, and this computer's clock"
	const unassigned = "have an administrator assign you to the application"
	return []row{
		say("invalid_request", "redirect_uri", register, "redirect_uri"),
		say("invalid_request", "redirect uri", register, "redirect_uri"),
		say("invalid_request", "redirecturi", register, "redirect_uri"),
		say("invalid_request", "code_challenge", "{pkce}", "pkce"),
		say("invalid_request", "pkce", "{pkce}", "pkce"),
		say("invalid_request", "resource", "set resource to the identifier that the API has at the server", "resource"),
		say("invalid_request", "audience", "set audience to the identifier that the API has at the server", "audience"),
		say("invalid_grant", "redirect_uri", register, "redirect_uri"),
		say("invalid_grant", "code_verifier", "run the command again: something on the way changed or repeated the request"),
		say("invalid_grant", "pkce", "run the command again: something on the way changed or repeated the request"),
		say("invalid_grant", "invalid_rapt", "the organization requires a new sign-in: {login}"),
		say("invalid_client", "not found", "the server knows no client {client_id}: compare client_id, and issuer", "client_id", "issuer"),
		say("invalid_client", "unknown client", "the server knows no client {client_id}: compare client_id, and issuer", "client_id", "issuer"),
		say("invalid_client", "client_assertion", key, "client_key_file", "client_key_id", "client_assertion_audience"),
		say("invalid_client", "assertion", key, "client_key_file", "client_key_id", "client_assertion_audience"),
		say("invalid_client", "certificate", "compare the client's certificate with the registration", "tls_certificate_file"),
		say("invalid_client", "missing", "{unread}", clientKeys...),
		say("invalid_client", "secret", "{secret}", clientKeys...),
		say("invalid_request", "client_secret", "{missing}", clientKeys...), // Google, for a desktop client
		say("invalid_request", "client_id", "{unread}", clientKeys...),
		say("unauthorized_client", "secret", "{secret}", clientKeys...),                             // Gitea
		say("unauthorized_client", "credentials", "{client}", clientKeys...),                        // Keycloak
		say("unauthorized_client", "missing valid authorization header", "{secret}", clientKeys...), // X
		say("unauthorized_client", "refresh", "allow this client the refresh token grant at the server", "client_id"),
		say("unauthorized_client", "device", "allow this client the device grant at the server", "grant"),
		say("server_error", "different scope", "the server keeps one grant for each application: revoke this application's access in your account there, or ask for the scopes of then", "scopes"), // Gitea
		say("invalid_grant", "scope", "compare {scopes} with the scopes that were granted and this client may have", "scopes"),
		say("access_denied", "not assigned", unassigned), // Okta
		say("invalid_request", "not assigned", unassigned),
		say("access_denied", "admin", "have an administrator allow this client, or these scopes", "scopes"),
	}
}
