//go:build interop && linux

package interop

const (
	clientGrant   = "client_credentials"
	deviceGrant   = "urn:ietf:params:oauth:grant-type:device_code"
	bearerGrant   = "urn:ietf:params:oauth:grant-type:jwt-bearer"
	exchangeGrant = "urn:ietf:params:oauth:grant-type:token-exchange"
)

// asClient are lines for a token of the client itself.
var asClient = []string{`grant = "client_credentials"`, `scopes = ["orders:read"]`, `resource = "` + orders + `"`}

// clientRows are tokens of the client itself, without a person. Each call requests a new one.
var clientRows = []row{
	{
		name: "client_credentials", grant: clientGrant, method: "client_secret_basic", profile: asClient,
		token: map[string]any{"aud": orders, "scope": "orders:read"},
	},
	{
		name: "client_credentials_with_a_key", grant: clientGrant, method: "private_key_jwt", alg: "ES256", profile: asClient,
		token: map[string]any{"aud": orders, "scope": "orders:read"},
	},
	{
		name: "client_credentials_with_dpop", grant: clientGrant, method: "private_key_jwt", alg: "EdDSA",
		profile: append([]string{`dpop = true`}, asClient...), proof: "dpop:ES256+nonce",
		client: map[string]any{"dpop_bound_access_tokens": true},
		token:  map[string]any{"aud": orders, "token_type": "DPoP", "cnf": present},
	},
	{
		name: "client_credentials_with_a_certificate", grant: clientGrant, secure: true, method: "tls_client_auth",
		profile: asClient,
		client:  map[string]any{"tls_client_certificate_bound_access_tokens": true},
		token:   map[string]any{"aud": orders, "cnf": present},
	},
}

// deviceRows are logins for which the person types a code into a browser elsewhere.
var deviceRows = []row{
	{name: "device", grant: deviceGrant, profile: with(`grant = "device_code"`)},
	{
		name: "device_with_dpop", grant: deviceGrant, method: "private_key_jwt", alg: "ES256",
		profile: with(`grant = "device_code"`, `dpop = true`), proof: "dpop:ES256+nonce",
		client: map[string]any{"dpop_bound_access_tokens": true},
		token:  map[string]any{"token_type": "DPoP", "cnf": present},
	},
}

// assertionRows are for Authlib, which has its own code for JWTs.
var assertionRows = []row{
	{
		name: "jwt_bearer", grant: bearerGrant, alg: "ES256",
		profile: []string{`grant = "jwt_bearer"`, `assertion_subject = "` + user + `"`, `scopes = ["read"]`},
		token:   map[string]any{"sub": user, "scope": "read"},
	},
	{
		name: "private_key_jwt_at_another_server", grant: clientGrant, method: "private_key_jwt", alg: "ES256",
		profile: []string{`grant = "client_credentials"`, `scopes = ["read"]`},
		token:   map[string]any{"scope": "read"},
	},
}

// exchangeRows are for npm @jmondi/oauth2-server. The test obtains the token to be exchanged.
var exchangeRows = []row{
	{
		name: "token_exchange", grant: exchangeGrant, method: "client_secret_post",
		profile: []string{
			`grant = "token_exchange"`, `subject_token_env = "SUBJECT"`, `scopes = ["read"]`, `audience = "inventory"`,
		},
		asked:  []string{"audience"},
		token:  map[string]any{"sub": inspector, "aud": "inventory"},
		warned: "does not say what type of token it issued (RFC 8693 §2.2.1)",
	},
}
