package session

import (
	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/trace"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// observe passes an event to the narrator, and writes a line about it with -v, with fingerprints for what is secret.
func (s *Session) observe(event flow.Event) {
	if s.options.Narrator != nil {
		s.options.Narrator.Event(event)
	}
	switch e := event.(type) {
	case flow.PushedRequest:
		s.console.Step("pushed authorization request to %s: %s", untrusted.Text(e.Endpoint), trace.Parameters(e.Parameters))
	case flow.PushedResponse:
		s.console.Step("pushed authorization response: %s", lifetime(e))
	case flow.AuthorizationRequest:
		s.console.Step("authorization request: %s", trace.URL(e.URL))
	case flow.AuthorizationResponse:
		s.console.Step("authorization response at %s: %s", e.RedirectURI, trace.Parameters(e.Parameters))
	case flow.DeviceRequest:
		s.console.Step("device authorization request to %s: %s", untrusted.Text(e.Endpoint), trace.Parameters(e.Parameters))
	case flow.DeviceResponse:
		s.console.Step("device authorization response: a code to be entered at %s; asking every %s", e.VerificationURI, e.Interval)
	case flow.TokenRequest:
		s.console.Step("token request to %s: %s%s", untrusted.Text(e.Endpoint), trace.Parameters(e.Parameters), proofOf(e))
	case flow.UserUnknown:
		s.console.Step("the UserInfo endpoint does not say who logged in: %v", e.Err)
	case flow.Ignored:
		s.console.Step("ignored in the token response: %s", e.What)
	case flow.TokenResponse:
		s.console.Step("token response: a token%s", s.Details(e.Set))
		if e.Set.AuthorizationDetails != "" {
			s.console.Step("authorization details granted: %s", untrusted.Text(e.Set.AuthorizationDetails))
		}
	}
}

// proofOf says that a token request has a DPoP proof, by its fingerprint.
func proofOf(e flow.TokenRequest) string {
	if e.Proof.Empty() {
		return ""
	}
	return ", with the DPoP proof " + e.Proof.Fingerprint()
}

// lifetime says how long the browser has to bring the request_uri to the server.
func lifetime(e flow.PushedResponse) string {
	if e.Lifetime == 0 {
		return "the server does not say how long it keeps the request"
	}
	return "the server keeps the request for " + e.Lifetime.String()
}
