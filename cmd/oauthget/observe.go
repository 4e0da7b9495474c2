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
	case flow.DeviceRequest:
		a.step("device authorization request to %s: %s", untrusted.Text(e.Endpoint), trace.Parameters(e.Parameters))
	case flow.DeviceResponse:
		a.step("device authorization response: a code to be entered at %s; asking every %s", e.VerificationURI, e.Interval)
	case flow.TokenRequest:
		a.step("token request to %s: %s", untrusted.Text(e.Endpoint), trace.Parameters(e.Parameters))
	case flow.TokenResponse:
		a.step("token response: a token%s", details(e.Set, a.now()))
	}
}
