//go:build interop && linux

package interop

import "slices"

// payment is an authorization detail (RFC 9396 §2), in TOML.
const payment = `authorization_details = '[{"type": "payment_initiation", "instructedAmount": {"currency": "EUR", "amount": "9.50"}}]'`

const (
	orders   = "https://api.example.com/orders"
	invoices = "https://api.example.com/invoices"
)

// with returns a profile that asks for a refresh token, with these lines added.
func with(lines ...string) []string { return slices.Concat(offline, lines) }

// withResource returns a profile for resources in place of userinfo.
func withResource(lines ...string) []string {
	return append([]string{
		`scopes = ["openid", "offline_access", "orders:read"]`, `authorization_parameters = { prompt = "consent" }`,
	}, lines...)
}

// requestRows are the forms of the authorization request and of its response.
var requestRows = []row{
	{name: "pushed", secure: true, method: "client_secret_basic", profile: offline},
	{name: "pushed_by_public_client", secure: true, profile: offline},
	{
		name: "request_object", alg: "ES256",
		client: map[string]any{
			"require_signed_request_object": true, "request_object_signing_alg": "ES256",
		},
		profile: with(`request_object_signing_alg = "ES256"`),
	},
	{
		name: "request_object_pushed", secure: true, method: "private_key_jwt", alg: "PS256",
		client: map[string]any{
			"require_signed_request_object": true, "request_object_signing_alg": "PS256",
		},
		profile: with(`request_object_signing_alg = "PS256"`),
	},
	{
		name: "form_post", profile: with(`response_mode = "form_post"`),
		client: map[string]any{"response_modes": []string{"form_post"}}, asked: []string{"response_mode:form_post"},
	},
	{
		name: "form_post_in_chromium", chromium: true, profile: with(`response_mode = "form_post"`),
		client: map[string]any{"response_modes": []string{"form_post"}}, asked: []string{"response_mode:form_post"},
	},
	{
		name: "jarm_query", profile: with(`response_mode = "query.jwt"`),
		client: map[string]any{
			"response_modes": []string{"query.jwt"}, "authorization_signed_response_alg": "ES256",
		},
		asked: []string{"response_mode:query.jwt"},
	},
	{
		name: "jarm_form_post", profile: with(`response_mode = "form_post.jwt"`),
		client: map[string]any{
			"response_modes": []string{"form_post.jwt"}, "authorization_signed_response_alg": "EdDSA",
		},
		asked: []string{"response_mode:form_post.jwt"},
	},
	{
		name: "jarm_by_default_mode", profile: with(`response_mode = "jwt"`),
		client: map[string]any{"response_modes": []string{"jwt", "query.jwt"}}, asked: []string{"response_mode:jwt"},
	},
	{
		name: "authorization_details", profile: withResource(payment, `resource = "`+orders+`"`),
		client: map[string]any{"authorization_details_types": []string{"payment_initiation"}},
		asked:  []string{"resource:1", "authorization_details"},
		token:  map[string]any{"authorization_details": present, "aud": orders, "scope": "orders:read"},
	},
	{
		name: "one_resource", profile: withResource(`resource = "` + orders + `"`),
		asked: []string{"resource:1"}, token: map[string]any{"aud": orders, "scope": "orders:read"},
	},
	{
		name: "two_resources", profile: withResource(`resource = ["` + orders + `", "` + invoices + `"]`),
		asked: []string{"resource:2"}, token: map[string]any{"aud": orders, "scope": "orders:read"},
	},
}
