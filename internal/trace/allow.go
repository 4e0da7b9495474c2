package trace

import (
	"slices"
	"strings"
)

// shownParameters are the request parameters and response members whose values are public by definition: identifiers, addresses,
// and error codes. The names are from RFC 6749, 7591, 7636, 7662, 8414, 8628, 8707, 9126, 9207, 9449 and OpenID Connect Core.
var shownParameters = []string{
	"client_id", "redirect_uri", "response_type", "response_mode", "grant_type", "scope", "resource", "audience", "prompt",
	"code_challenge_method", "token_type", "token_type_hint", "expires_in", "expires_at", "error", "error_description",
	"error_uri", "iss", "issuer", "jwks_uri", "interval", "active", "exp", "iat", "nbf", "authorization_details",
	"client_assertion_type", "subject_token_type", "issued_token_type", "requested_token_type", "verification_uri",
	"acr_values", "max_age", "ui_locales", "display", "access_type", "dpop_jkt",
	"request_uri_parameter_supported", "claims_parameter_supported", "request_parameter_supported",
	// A JSON Web Key Set is public, but key material is long and of no use to a reader. Only what identifies a key is shown.
	"kid", "kty", "alg", "use", "crv",
}

// shownSuffixes are endings of metadata members (RFC 8414 §2), which are all public.
var shownSuffixes = []string{"_endpoint", "_supported", "_documentation", "_policy_uri", "_tos_uri"}

// shownHeaders contain no credentials. Names are in the form of [http.CanonicalHeaderKey]. Location is shown with its query
// redacted.
var shownHeaders = []string{
	"Accept", "Allow", "Cache-Control", "Content-Length", "Content-Type", "Date", "Location", "Pragma", "Retry-After",
	"Server", "User-Agent", "Www-Authenticate",
}

// Shown reports whether the value of the parameter or member name is public by definition.
func Shown(name string) bool { return slices.Contains(shownParameters, name) }

// shownMetadata is Shown for the answer to a GET without credentials, which may be metadata. A token response has no such members,
// unless a server made one up around a secret.
func shownMetadata(name string) bool {
	return Shown(name) || slices.ContainsFunc(shownSuffixes, func(suffix string) bool { return strings.HasSuffix(name, suffix) })
}
