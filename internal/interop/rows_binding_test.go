//go:build interop && linux

package interop

// fapi2 returns a client for which the provider enforces FAPI 2.0, with tokens bound in that way. FAPI 2.0 Security Profile §5.4.1
// allows PS256, ES256 and EdDSA; by default ID Tokens are signed with RS256.
func fapi2(bound string) map[string]any {
	return map[string]any{bound: true, "interop_fapi": "2.0", "id_token_signed_response_alg": "ES256"}
}

// bindingRows are tokens that are bound to a key, so that a stolen one cannot be used.
var bindingRows = []row{
	{
		name: "dpop", profile: with(`dpop = true`), proof: "dpop:ES256+nonce",
		client: map[string]any{"dpop_bound_access_tokens": true},
		token:  map[string]any{"token_type": "DPoP", "cnf": present},
	},
	{
		name: "dpop_with_client_authentication", method: "private_key_jwt", alg: "EdDSA",
		profile: with(`dpop = true`), proof: "dpop:ES256+nonce",
		client: map[string]any{"dpop_bound_access_tokens": true},
		token:  map[string]any{"token_type": "DPoP", "cnf": present},
	},
	{
		name: "dpop_without_nonces", secure: true, method: "client_secret_basic",
		profile: with(`dpop = true`), proof: "dpop:ES256",
		client: map[string]any{"dpop_bound_access_tokens": true, "interop_nonces": false},
		token:  map[string]any{"token_type": "DPoP", "cnf": present},
	},
	{
		name: "certificate_bound", secure: true, method: "tls_client_auth", profile: offline,
		client: map[string]any{"tls_client_certificate_bound_access_tokens": true},
		token:  map[string]any{"token_type": "Bearer", "cnf": present},
	},
	{
		name: "fapi2_dpop", secure: true, method: "private_key_jwt", alg: "PS256",
		profile: with(`security_profile = "fapi2"`, `dpop = true`), proof: "dpop:ES256+nonce",
		client: fapi2("dpop_bound_access_tokens"),
		token:  map[string]any{"token_type": "DPoP", "cnf": present},
	},
	{
		name: "fapi2_mutual_tls", secure: true, method: "tls_client_auth",
		profile: with(`security_profile = "fapi2"`),
		client:  fapi2("tls_client_certificate_bound_access_tokens"),
		token:   map[string]any{"token_type": "Bearer", "cnf": present},
	},
}
