package main

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/oauthget/oauthget/internal/discovery"
	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/trace"
	"github.com/oauthget/oauthget/internal/walkthrough"
)

// narration tells on stdout the steps of a login as they happen. It is a [session.Narrator]. Its methods may be called at
// once: keys are fetched while the person is in the browser.
type narration struct {
	*app
	format string
	dryRun bool
	posted bool // the profile has the response come in a POST
	stop   context.CancelCauseFunc

	mu     sync.Mutex
	server walkthrough.Server
	source string // of the metadata that was told of last
	grant  string // the grant_type that was sent last
	steps  []walkthrough.Step
	poll   bool   // the last step is a poll that was answered by "not yet",
	polls  int    // and so many like it have been kept back since
	wanted string // the target of the last request that was answered by a wish for a nonce in the proof
	err    error  // of writing to stdout
}

// errDryRun ends a walk that was to go no further than the authorization request.
var errDryRun = errors.New("this is as far as --dry-run goes")

func newNarration(a *app, format string, dryRun bool) *narration {
	return &narration{app: a, format: format, dryRun: dryRun}
}

// Metadata takes metadata that was found good, with the profile's endpoints laid over it: from now on it is known which endpoint
// is what.
func (n *narration) Metadata(m discovery.Metadata) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.server = walkthrough.Server{
		TokenEndpoint: m.TokenEndpoint, PAR: m.PushedAuthorizationRequestEndpoint, Device: m.DeviceAuthorizationEndpoint,
		Revocation: m.RevocationEndpoint, Introspection: m.IntrospectionEndpoint, Userinfo: m.UserinfoEndpoint, JWKS: m.JWKSURI,
	}
	if m.Source != "" && m.Source != n.source { // empty where there is no issuer
		n.source = m.Source
		n.tell(walkthrough.MetadataValidation())
	}
}

// Exchange takes what went to the server and came back.
func (n *narration) Exchange(e trace.Exchange) {
	n.mu.Lock()
	defer n.mu.Unlock()
	pending := walkthrough.Pending(e)
	if pending && n.poll && n.format != "har" { // which has room for all of them
		n.polls++
		return
	}
	step := n.server.Exchange(e)
	if n.wanted == e.Target {
		step.Title += ", once more with the server's nonce"
		step.Rule = "RFC 9449 §8"
	}
	if walkthrough.WantsNonce(e) {
		n.wanted = e.Target
	} else if n.wanted == e.Target { // keys may be fetched in between
		n.wanted = ""
	}
	n.tell(step)
	n.poll = pending
}

// Event takes what package flow tells and no exchange shows.
func (n *narration) Event(event flow.Event) {
	n.mu.Lock()
	defer n.mu.Unlock()
	switch e := event.(type) {
	case flow.PushedResponse:
		n.tell(walkthrough.PushedAuthorizationResponse())
	case flow.AuthorizationRequest:
		n.tell(walkthrough.AuthorizationRequest(e.URL, n.now()))
		if n.dryRun {
			n.stop(errDryRun)
		}
	case flow.AuthorizationResponse:
		n.tell(walkthrough.AuthorizationResponse(walkthrough.Response{
			When: n.now(), RedirectURI: e.RedirectURI, Parameters: e.Parameters, FromIssuer: e.FromIssuer, Signed: e.Signed,
			Posted: n.posted,
		}))
	case flow.DeviceResponse:
		n.tell(walkthrough.DeviceAuthorizationResponse())
	case flow.TokenRequest:
		n.grant = e.Parameters.Get("grant_type")
	case flow.ValidIDToken:
		n.tell(walkthrough.IDToken(walkthrough.IDTokenChecks{Nonce: e.Nonce, Symmetric: e.Symmetric}))
	case flow.TokenResponse:
		n.tell(walkthrough.TokenResponse(walkthrough.Tokens{Grant: n.grant, Type: e.Set.TokenType, IssuedType: e.Set.IssuedType, ScopeAsAsked: e.ScopeAsAsked}))
	}
}

// tell is called with mu held.
func (n *narration) tell(s walkthrough.Step) {
	n.tellPolls()
	n.steps = append(n.steps, s)
	switch n.format {
	case "har": // one document, at the end
	case "markdown":
		n.print(walkthrough.Markdown(len(n.steps), s))
	case "curl":
		n.print(walkthrough.Curl(len(n.steps), s))
	default:
		n.print(walkthrough.Text(len(n.steps), s))
	}
}

// tellPolls tells of the polls that have been kept back. It is called with mu held.
func (n *narration) tellPolls() {
	count := n.polls
	if n.poll, n.polls = false, 0; count > 0 {
		n.tell(walkthrough.Polls(count))
	}
}

func (n *narration) print(text string) {
	if n.err == nil {
		_, n.err = fmt.Fprint(n.stdout, text)
	}
}

// end finishes the account. The walk's own error comes first.
func (n *narration) end(err error) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.tellPolls()
	if n.format == "har" && n.err == nil {
		n.err = n.printJSON(walkthrough.HAR(version, n.steps))
	}
	if err == nil && n.err != nil {
		err = fmt.Errorf("explain: %w", n.err)
	}
	return err
}
