// Package parameter is the table of the parameters of requests and the members of answers: whose values are public, and
// which only a request itself may set.
package parameter

import "strings"

// use says how a parameter is treated. One that is not in the table may be set by anybody, and its value is secret.
type use int

const (
	// public values are no secret by definition: identifiers, addresses and error codes. A trace shows them, and they are
	// stored as they are.
	public use = 1 << iota
	// reserved parameters make up a request, or could replace one that does. Neither a profile's tables nor an endpoint's own
	// query may have them.
	reserved
)

// table has the names of RFC 6749, 7521, 7591, 7636, 7662, 8414, 8628, 8693, 8707, 9101, 9126, 9207, 9396, 9449 and OpenID
// Connect Core.
var table = []struct {
	name string
	use  use
}{
	// Requests.
	{"access_type", public},
	{"acr_values", public},
	{"actor_token", reserved},
	{"actor_token_type", reserved},
	{"assertion", reserved},
	{"audience", public},
	{"authorization_details", public},
	{"client_assertion", reserved},
	{"client_assertion_type", public | reserved},
	{"client_id", public | reserved},
	{"client_key", public}, // TikTok's name of client_id
	{"client_secret", reserved},
	{"code", reserved},
	{"code_challenge", reserved},
	{"code_challenge_method", public | reserved},
	{"code_verifier", reserved},
	{"device_code", reserved},
	{"display", public},
	{"dpop_jkt", public | reserved},
	{"grant_type", public | reserved},
	{"max_age", public},
	{"nonce", reserved},
	{"prompt", public},
	{"redirect_uri", public | reserved},
	{"refresh_token", reserved},
	{"request", reserved},
	{"request_uri", reserved},
	{"requested_token_type", public | reserved},
	{"resource", public},
	{"response_mode", public | reserved},
	{"response_type", public | reserved},
	{"scope", public | reserved},
	{"state", reserved},
	{"subject_token", reserved},
	{"subject_token_type", public | reserved},
	{"token_type_hint", public},
	{"ui_locales", public},

	// Registration requests.
	{"application_type", public},
	{"client_name", public},
	{"grant_types", public},
	{"redirect_uris", public},
	{"response_types", public},
	{"token_endpoint_auth_method", public},

	// Answers.
	{"active", public},
	{"error", public},
	{"error_description", public},
	{"error_uri", public},
	{"exp", public},
	{"expires_at", public},
	{"expires_in", public},
	{"iat", public},
	{"interval", public},
	{"iss", public},
	{"issued_token_type", public},
	{"nbf", public},
	{"token_type", public},
	{"verification_uri", public},

	// Metadata.
	{"claims_parameter_supported", public},
	{"issuer", public},
	{"jwks_uri", public},
	{"request_parameter_supported", public},
	{"request_uri_parameter_supported", public},

	// A JSON Web Key Set is public, but key material is long and of no use to a reader. Only what identifies a key is shown.
	{"alg", public},
	{"crv", public},
	{"kid", public},
	{"kty", public},
	{"use", public},
}

func has(name string, want use) bool {
	for _, row := range table {
		if row.name == name {
			return row.use&want != 0
		}
	}
	return false
}

// Public reports whether the value of the parameter or member is no secret by definition.
func Public(name string) bool { return has(name, public) }

// Reserved reports whether only a request itself may set the parameter.
func Reserved(name string) bool { return has(name, reserved) }

// publicEndings are endings of metadata members (RFC 8414 §2), which are all public.
var publicEndings = []string{"_endpoint", "_supported", "_documentation", "_policy_uri", "_tos_uri"}

// PublicInMetadata is Public for the answer to a GET without credentials, which may be metadata. A token response has no such
// members, unless a server made one up around a secret.
func PublicInMetadata(name string) bool {
	for _, ending := range publicEndings {
		if strings.HasSuffix(name, ending) {
			return true
		}
	}
	return Public(name)
}
