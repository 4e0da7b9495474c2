package flow

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"

	"github.com/oauthget/oauthget/internal/untrusted"
)

// reserved are the parameters that make up a request, and those that could replace them. From RFC 6749, 7521, 7636,
// 8628, 8693, 9101, 9449 and OpenID Connect Core.
var reserved = []string{
	"client_id", "redirect_uri", "response_type", "response_mode", "scope", "state", "nonce", "code_challenge",
	"code_challenge_method", "request", "request_uri", "grant_type", "code", "code_verifier", "refresh_token",
	"client_secret", "client_assertion", "client_assertion_type", "assertion", "device_code", "subject_token",
	"subject_token_type", "actor_token", "actor_token_type", "requested_token_type", "dpop_jkt",
}

// checkQuery reports why an endpoint's own query cannot be kept: "which MUST be retained when adding additional query
// parameters" (RFC 6749 §3.1), while "Request and response parameters MUST NOT be included more than once" (§3.1,
// §3.2). A reserved parameter, or one of params, would be sent twice, and the server would choose. The error continues
// the endpoint's name.
func checkQuery(endpoint string, params url.Values) error {
	u, err := url.Parse(endpoint)
	if err != nil {
		return errors.New("is not a URL")
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return errors.New("has a query that cannot be read")
	}
	for _, name := range slices.Sorted(maps.Keys(query)) {
		if slices.Contains(reserved, name) || params.Has(name) {
			return fmt.Errorf("has the parameter %s in its own query, which only the request may set", untrusted.Quote(name))
		}
	}
	return nil
}
