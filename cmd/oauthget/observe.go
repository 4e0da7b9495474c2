package main

import (
	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/trace"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// observe writes the account that -v asks for: one line a step, with fingerprints for what is secret.
func (a *app) observe(event flow.Event) {
	if !a.global.verbose {
		return
	}
	switch e := event.(type) {
	case flow.AuthorizationRequest:
		a.step("authorization request: %s", trace.URL(e.URL))
	case flow.AuthorizationResponse:
		a.step("authorization response at %s: %s", e.RedirectURI, trace.Parameters(e.Parameters))
	case flow.TokenRequest:
		a.step("token request to %s: %s%s", untrusted.Text(e.Endpoint), trace.Parameters(e.Parameters), proofOf(e))
	case flow.TokenResponse:
		a.step("token response: %s", describe(e.Set, a.now()))
	}
}

// proofOf tells that a token request bears a DPoP proof, and not which.
func proofOf(e flow.TokenRequest) string {
	if e.Proof.Empty() {
		return ""
	}
	return ", with the DPoP proof " + e.Proof.Fingerprint()
}
