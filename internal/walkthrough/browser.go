package walkthrough

import (
	"net/url"
	"time"

	"github.com/oauthget/oauthget/internal/trace"
)

// AuthorizationRequest is the step in which the browser goes to the authorization endpoint.
func AuthorizationRequest(u *url.URL, when time.Time) Step {
	bare := *u
	bare.RawQuery, bare.User = "", nil
	return Step{
		Title: "Authorization request", Rule: "RFC 6749 §4.1.1, RFC 8252 §4.1",
		Why: "The browser goes to the authorization endpoint, where the person signs in and decides.",
		Hop: &Hop{When: when, Target: bare.String(), Parameters: trace.Fields(u.Query())},
	}
}

// AuthorizationResponse is the step in which the browser comes back to the redirect URI.
func AuthorizationResponse(redirectURI string, parameters url.Values, when time.Time) Step {
	s := Step{
		Title: "Authorization response", Rule: "RFC 6749 §4.1.2, RFC 8252 §7.3",
		Why:     "The browser brings the answer to the listener on this machine.",
		Hop:     &Hop{When: when, Target: redirectURI, Parameters: trace.Fields(parameters), Back: true},
		Checked: []string{"state is the one that was sent (RFC 6749 §10.12)", "no parameter comes twice (RFC 6749 §3.1)"},
	}
	if parameters.Has("iss") {
		s.Checked = append(s.Checked, "iss is the server that was asked (RFC 9207 §2.4)")
	}
	return s
}

// IDToken is the step in which an ID Token was found good.
func IDToken(nonce bool) Step {
	s := Step{
		Title: "ID Token", Rule: "OpenID Connect Core §3.1.3.7",
		Why: "It tells who signed in, and is believed only after all of this.",
		Checked: []string{
			"the signature is by one of the server's keys, with an algorithm that proves something (item 6, 7)",
			"iss is the server (item 2)", "aud is this client, azp too where it is there (item 3 to 5)", "it is of the present (item 9, 10)",
			"at_hash is that of the access token, where it is there (§3.2.2.9)",
		},
	}
	if nonce {
		s.Checked = append(s.Checked, "nonce is the one that was sent (item 11)")
	}
	return s
}

// ruleOf is the place that defines a parameter; empty for one of the server's own.
func ruleOf(parameter string) string {
	return map[string]string{
		"response_type": "RFC 6749 §3.1.1", "client_id": "RFC 6749 §2.2", "redirect_uri": "RFC 6749 §3.1.2, RFC 8252 §7.3",
		"scope": "RFC 6749 §3.3", "state": "RFC 6749 §4.1.1, §10.12", "code": "RFC 6749 §4.1.2",
		"error": "RFC 6749 §4.1.2.1", "error_description": "RFC 6749 §4.1.2.1", "error_uri": "RFC 6749 §4.1.2.1",
		"code_challenge": "RFC 7636 §4.3", "code_challenge_method": "RFC 7636 §4.3", "iss": "RFC 9207 §2",
		"resource": "RFC 8707 §2", "request": "RFC 9101 §5", "request_uri": "RFC 9126 §4", "dpop_jkt": "RFC 9449 §10",
		"authorization_details": "RFC 9396 §2", "response": "JARM §2.3", "response_mode": "OAuth 2.0 Multiple Response Types §2.1",
		"nonce": "OpenID Connect Core §3.1.2.1", "prompt": "OpenID Connect Core §3.1.2.1", "max_age": "OpenID Connect Core §3.1.2.1",
		"login_hint": "OpenID Connect Core §3.1.2.1", "ui_locales": "OpenID Connect Core §3.1.2.1", "acr_values": "OpenID Connect Core §3.1.2.1",
		"claims": "OpenID Connect Core §5.5",
	}[parameter]
}
