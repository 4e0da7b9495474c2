package main

import (
	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/trace"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// observe writes the account that -v asks for: one line a step, with fingerprints for what is secret.
func (a *app) observe(event flow.Event) {
	if a.narration != nil {
		a.narration.event(event)
	}
	if !a.global.verbose {
		return
	}
	switch e := event.(type) {
	case flow.PushedRequest:
		a.step("pushed authorization request to %s: %s", untrusted.Text(e.Endpoint), trace.Parameters(e.Parameters))
	case flow.PushedResponse:
		a.step("pushed authorization response: %s", lifetime(e))
	case flow.AuthorizationRequest:
		a.step("authorization request: %s", trace.URL(e.URL))
	case flow.AuthorizationResponse:
		a.step("authorization response at %s: %s", e.RedirectURI, trace.Parameters(e.Parameters))
	case flow.DeviceRequest:
		a.step("device authorization request to %s: %s", untrusted.Text(e.Endpoint), trace.Parameters(e.Parameters))
	case flow.DeviceResponse:
		a.step("device authorization response: a code to be entered at %s; asking every %s", e.VerificationURI, e.Interval)
	case flow.TokenRequest:
		a.step("token request to %s: %s%s", untrusted.Text(e.Endpoint), trace.Parameters(e.Parameters), proofOf(e))
	case flow.TokenResponse:
		a.step("token response: a token%s", details(e.Set, a.now()))
		if e.Set.AuthorizationDetails != "" {
			a.step("authorization details granted: %s", untrusted.Text(e.Set.AuthorizationDetails))
		}
	}
}

// proofOf tells that a token request bears a DPoP proof, and not which.
func proofOf(e flow.TokenRequest) string {
	if e.Proof.Empty() {
		return ""
	}
	return ", with the DPoP proof " + e.Proof.Fingerprint()
}

// lifetime tells how long the browser may take to bring the request_uri to the server.
func lifetime(e flow.PushedResponse) string {
	if e.Lifetime == 0 {
		return "the server does not say how long it keeps the request"
	}
	return "the server keeps the request for " + e.Lifetime.String()
}
