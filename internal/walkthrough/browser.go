package walkthrough

import (
	"net/url"
	"time"

	"github.com/oauthget/oauthget/internal/trace"
)

// AuthorizationRequest returns the step in which the browser goes to the authorization endpoint.
func AuthorizationRequest(u *url.URL, when time.Time) Step {
	bare := *u
	bare.RawQuery, bare.User = "", nil
	return Step{
		Title: "Authorization request", Rule: "RFC 6749 §4.1.1, RFC 8252 §4.1",
		Why: "The browser goes to the authorization endpoint, where the person signs in and decides.",
		Hop: &Hop{When: when, Target: bare.String(), Parameters: trace.Fields(u.Query())},
	}
}

// Response is an authorization response with the right state.
type Response struct {
	When        time.Time
	RedirectURI string
	Parameters  url.Values
	FromIssuer  bool // it has an iss, which is the server's
	Signed      bool // it is in a valid JWT
	Posted      bool // in a form (response_mode form_post)
}

// AuthorizationResponse returns the step in which the browser comes back to the redirect URI.
func AuthorizationResponse(r Response) Step {
	s := Step{
		Title: "Authorization response", Rule: "RFC 6749 §4.1.2, RFC 8252 §7.3",
		Why:     "The browser brings the answer to the listener on this machine.",
		Hop:     &Hop{When: r.When, Target: r.RedirectURI, Parameters: trace.Fields(r.Parameters), Back: true, Posted: r.Posted},
		Checked: []string{"state is the one that was sent (RFC 6749 §10.12)", "no parameter is repeated (RFC 6749 §3.1)"},
	}
	if r.Signed {
		s.Why = "The browser brings the answer to the listener on this machine, as a JWT with these claims."
		s.Checked = append(s.Checked, "it is signed by one of the server's keys, for this client, and has not expired (JARM §2.4)")
	}
	if r.FromIssuer {
		s.Checked = append(s.Checked, "iss is the server that was asked (RFC 9207 §2.4)")
	}
	return s
}

// ruleOf returns the section that defines a parameter; empty if it is not known.
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
		"claims": "OpenID Connect Core §5.5", "grant_type": "RFC 6749 §1.3, §4", "code_verifier": "RFC 7636 §4.5",
		"refresh_token": "RFC 6749 §6", "device_code": "RFC 8628 §3.4", "assertion": "RFC 7523 §2.1",
		"subject_token": "RFC 8693 §2.1", "subject_token_type": "RFC 8693 §2.1", "actor_token": "RFC 8693 §2.1",
		"actor_token_type": "RFC 8693 §2.1", "requested_token_type": "RFC 8693 §2.1", "client_secret": "RFC 6749 §2.3.1",
		"client_assertion": "RFC 7521 §4.2, RFC 7523 §2.2", "client_assertion_type": "RFC 7521 §4.2, RFC 7523 §2.2",
		"token": "RFC 7009 §2.1", "token_type_hint": "RFC 7009 §2.1",
	}[parameter]
}
