package remedy

import "net/http"

// coded are the codes of the standards, each from the place named, and then those that servers made.
func coded() []row {
	say := func(code, text string, keys ...string) row { return row{code: code, advice: advice{text, keys}} }
	const register = "register the redirect URI {redirect_uri} at the server, or set the one that is registered"
	const allow = "run the command again and allow the access, as a user who may"
	const noPrompt = `run the command again and take part in the browser; prompt = "none" forbids that`
	return []row{
		// RFC 6749 §4.1.2.1, §5.2
		say("invalid_client", "{client}", clientKeys...),
		say("unauthorized_client", "allow this client the grant at the server, or use another grant", "grant", "client_id"),
		say("unsupported_grant_type", "the server does not support this grant: set another in the profile", "grant"),
		say("unsupported_response_type", "allow this client the response type code at the server", "client_id"),
		say("invalid_scope", "compare {scopes} with the scopes that the server knows and this client may have", "scopes"),
		{code: "access_denied", status: http.StatusUnauthorized, advice: advice{"{client}", clientKeys}}, // Auth0
		say("access_denied", allow),
		say("temporarily_unavailable", "try again later; what is stored has been kept"),
		say("server_error", "try again later; what is stored has been kept"),
		// RFC 6750 §3.1
		say("insufficient_scope", "add the scope that is wanted to scopes, and log in again: {login}", "scopes"),
		say("invalid_token", "the token is not accepted: oauthget token {profile} --force"),
		// RFC 7009 §2.2.1
		say("unsupported_token_type", "end the token on the server's own page, or wait until it expires: the server does not revoke this kind"),
		// RFC 8628 §3.5
		say("expired_token", "the code expired before it was entered: run the command again"),
		// RFC 8707 §2
		say("invalid_target", "compare resource and audience with what the server knows; if it takes no resource, set send_resource = false", "resource", "audience"),
		// RFC 9101 §6
		say("invalid_request_object", "compare the client's key and request_object_signing_alg with the registration, and this computer's clock", "request_object_signing_alg", "client_key_file"),
		say("invalid_request_uri", "the server no longer knows the pushed request: run the command again"),
		say("request_not_supported", "the server does not support request objects: remove request_object_signing_alg", "request_object_signing_alg"),
		say("request_uri_not_supported", "the server takes no pushed requests: set require_pushed_authorization_requests = false", "require_pushed_authorization_requests"),
		// RFC 9396 §5
		say("invalid_authorization_details", "compare authorization_details with the types and fields that the server knows", "authorization_details"),
		// RFC 9449 §5, §8, §12.2
		say("invalid_dpop_proof", "compare this computer's clock with the server's, by which a proof is valid only briefly: oauthget doctor {profile}", "dpop"),
		say("use_dpop_nonce", "the server requires tokens that are bound to a key: set dpop = true", "dpop"),
		// OpenID Connect Core §3.1.2.6
		say("login_required", noPrompt, "prompt"),
		say("consent_required", noPrompt, "prompt"),
		say("interaction_required", noPrompt, "prompt"),
		say("account_selection_required", "set login_hint to the account, or prompt to select_account", "login_hint", "prompt"),
		say("unmet_authentication_requirements", "sign in as acr_values or claims ask for, or have them ask for less", "acr_values", "claims"),
		// GitHub
		say("redirect_uri_mismatch", register, "redirect_uri"),
		say("device_flow_disabled", "enable the device flow in the settings of the app", "grant"),
		say("incorrect_client_credentials", "{client}", clientKeys...),
		say("bad_verification_code", "the code has expired or was used before: {login}"),
		say("bad_refresh_token", "the refresh token has expired or was used before: {login}"),
		say("incorrect_device_code", "the device code is no longer valid: run the command again"),
		say("unverified_user_email", "verify your e-mail address at the server first"),
		// Google
		say("admin_policy_enforced", "an administrator of the organization has to allow this client, or these scopes", "scopes"),
		say("org_internal", "this client is for members of its organization: choose one of its accounts", "client_id", "login_hint"),
		say("disallowed_useragent", "open the address in an ordinary browser", "browser"),
		say("deleted_client", "the client was deleted at the server: register a new one", "client_id"),
		say("disabled_client", "have the client enabled at the server, or register another", "client_id"),
		say("rate_limit_exceeded", "wait a while and try again"),
		// LinkedIn, Facebook, Microsoft
		say("user_cancelled_login", allow),
		say("user_cancelled_authorize", allow),
		say("user_denied", allow),
		say("authorization_declined", allow),
		// Others
		say("invalid_redirect_uri", register, "redirect_uri"),
		say("callback_not_approved", register, "redirect_uri"),
		say("invalid_callback", register, "redirect_uri"),
		say("bad_redirect_uri", register, "redirect_uri"),
		say("bad_client_secret", "{secret}", clientKeys...),
		say("invalid_client_secret", "{secret}", clientKeys...),
		say("invalid_client_id", "the server knows no client {client_id}: compare client_id, and issuer", "client_id", "issuer"),
	}
}
