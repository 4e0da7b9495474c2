package config

// checkParameter refuses an extra parameter that the flow sets itself: a second state or code_challenge would undo what
// the first is there for, and "Request and response parameters MUST NOT be included more than once" (RFC 6749 §3.1).
func checkParameter(table, name string) *Error {
	instead, controlled := controlledParameters()[name]
	if !controlled {
		return nil
	}
	e := wrong(table, "%s is set by oauthget", name)
	e.Key = table + "." + name
	if instead == "" {
		return e.advise("remove it")
	}
	return e.advise("use the key %s instead", instead)
}

// controlledParameters maps each to the key that governs it; empty where nothing does.
func controlledParameters() map[string]string {
	return map[string]string{
		"client_id":             "client_id",
		"redirect_uri":          "redirect_uri",
		"scope":                 "scopes",
		"audience":              "audience",
		"resource":              "resource",
		"client_secret":         "client_secret_file, client_secret_env, client_secret_command or client_secret_keychain",
		"client_assertion":      "token_endpoint_auth_method",
		"client_assertion_type": "token_endpoint_auth_method",
		"code_challenge":        "pkce",
		"code_challenge_method": "pkce",
		"code_verifier":         "pkce",
		"dpop_jkt":              "dpop",
		"response_type":         "",
		"response_mode":         "",
		"state":                 "",
		"nonce":                 "",
		"request":               "",
		"request_uri":           "",
		"grant_type":            "",
		"code":                  "",
		"refresh_token":         "",
		"device_code":           "",
		"assertion":             "assertion_file, assertion_env or assertion_command",
		"subject_token":         "subject_token_file, subject_token_env, subject_token_command or subject_token_profile",
		"subject_token_type":    "subject_token_type",
		"actor_token":           "actor_token_file, actor_token_env, actor_token_command or actor_token_profile",
		"actor_token_type":      "actor_token_type",
		"requested_token_type":  "requested_token_type",
	}
}
