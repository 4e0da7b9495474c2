//go:build interop && linux

package interop

// authenticationRows are the client authentication methods. Each is used at every endpoint with client authentication.
var authenticationRows = []row{
	{name: "none", profile: offline},
	{name: "client_secret_basic", method: "client_secret_basic", profile: offline},
	{name: "client_secret_post", method: "client_secret_post", profile: offline},
	{name: "client_secret_jwt", method: "client_secret_jwt", profile: offline},
	{name: "private_key_jwt_ES256", method: "private_key_jwt", alg: "ES256", profile: offline},
	{name: "private_key_jwt_PS256", method: "private_key_jwt", alg: "PS256", profile: offline},
	{name: "private_key_jwt_EdDSA", method: "private_key_jwt", alg: "EdDSA", profile: offline},
	{name: "tls_client_auth", secure: true, method: "tls_client_auth", profile: offline},
	{name: "self_signed_tls_client_auth", secure: true, method: "self_signed_tls_client_auth", profile: offline},
}
