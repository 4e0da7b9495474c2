//go:build interop && linux

package interop

import "testing"

// withAnotherKey gives the client a key that is not registered.
func withAnotherKey(t *testing.T, v *walk) {
	v.keep(t, v.row.name+".key", keyPEM(t, newKey(t, v.row.alg)))
}

// withAnotherCertificate gives the client a self-signed certificate with the right name.
func withAnotherCertificate(t *testing.T, v *walk) {
	key := newKey(t, "ES256")
	v.keep(t, v.row.name+".key", keyPEM(t, key))
	v.keep(t, v.row.name+".pem", certificatePEM(clientCertificate(t, nil, key, v.row.name)))
}

// refusedRows are refused by the provider, and nothing weaker is tried after that.
var refusedRows = []row{
	{
		name: "wrong_key", grant: clientGrant, method: "private_key_jwt", alg: "PS256", profile: asClient,
		refused: &refusal{
			withAnotherKey, 6, "invalid_client",
			"POST /token client_credentials private_key_jwt:PS256 invalid_client",
		},
	},
	{
		name: "wrong_certificate", grant: clientGrant, secure: true, method: "tls_client_auth", profile: asClient,
		refused: &refusal{
			withAnotherCertificate, 6, "invalid_client",
			"POST /token client_credentials self_signed_tls_client_auth invalid_client",
		},
	},
	{
		name: "wrong_self_signed_certificate", grant: clientGrant, secure: true, method: "self_signed_tls_client_auth",
		profile: asClient,
		refused: &refusal{
			withAnotherCertificate, 6, "invalid_client",
			"POST /token client_credentials self_signed_tls_client_auth invalid_client",
		},
	},
	{
		name: "wrong_request_object_key", secure: true, method: "client_secret_basic", alg: "PS256",
		client: map[string]any{
			"require_signed_request_object": true, "request_object_signing_alg": "PS256",
		},
		profile: with(`request_object_signing_alg = "PS256"`),
		refused: &refusal{
			withAnotherKey, 6, "invalid_request_object",
			"POST /request client_secret_basic invalid_request_object request:PS256 pkce:S256",
		},
	},
	{
		name: "foreign_resource", profile: withResource(`resource = "https://elsewhere.example.com/"`),
		refused: &refusal{nil, 6, "invalid_target", "GET /auth pkce:S256 resource:1"},
	},
	{
		name: "details_not_allowed", profile: withResource(payment, `resource = "`+orders+`"`),
		client:  map[string]any{"authorization_details_types": []string{}},
		refused: &refusal{nil, 6, "invalid_authorization_details", "GET /auth pkce:S256 resource:1 authorization_details"},
	},
	{
		name: "fapi2_with_rs256", secure: true, method: "tls_client_auth", profile: with(`security_profile = "fapi2"`),
		client: map[string]any{
			"tls_client_certificate_bound_access_tokens": true, "interop_fapi": "2.0", "id_token_signed_response_alg": "RS256",
		},
		refused: &refusal{nil, 6, "RS256", "POST /token authorization_code tls_client_auth"},
	},
	{
		name: "device_denied", grant: deviceGrant, profile: with(`grant = "device_code"`),
		refused: &refusal{nil, 5, "access_denied", "POST /token " + deviceGrant + " none access_denied"},
	},
}

// slowClockRows are for a client whose clock is ten minutes slow.
var slowClockRows = []row{
	{
		name: "slow_clock", grant: clientGrant, method: "private_key_jwt", alg: "ES256", profile: asClient,
		refused: &refusal{
			nil, 6, "set this computer's clock: it is ", "POST /token client_credentials private_key_jwt:ES256 invalid_client",
		},
	},
}

var refusedAssertionRows = []row{
	{
		name: "jwt_bearer_for_a_stranger", grant: bearerGrant, alg: "ES256",
		profile: []string{`grant = "jwt_bearer"`, `assertion_subject = "mallory"`},
		refused: &refusal{nil, 6, "invalid_grant", "POST /token " + bearerGrant + " none invalid_grant"},
	},
}

var refusedExchangeRows = []row{
	{
		name: "token_exchange_of_a_foreign_token", grant: exchangeGrant, method: "client_secret_post",
		profile: []string{`grant = "token_exchange"`, `subject_token_env = "OP_SECRET"`},
		refused: &refusal{
			nil, 6, "invalid_request",
			"POST /token " + exchangeGrant + " client_secret_post invalid_request",
		},
	},
	{
		name: "token_exchange_without_issued_token_type", grant: exchangeGrant, method: "client_secret_post",
		profile: []string{`grant = "token_exchange"`, `subject_token_env = "SUBJECT"`, `requested_token_type = "jwt"`},
		refused: &refusal{
			nil, 6, "RFC 8693",
			"POST /token " + exchangeGrant + " client_secret_post requested_token_type",
		},
	},
}
