package walkthrough

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/oauthget/oauthget/internal/discovery"
	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/session"
	"github.com/oauthget/oauthget/internal/trace"
)

// The formats of a narration.
const (
	FormatText     = "text"
	FormatMarkdown = "markdown"
	FormatHTML     = "html"    // a page with a sequence diagram
	FormatMermaid  = "mermaid" // a sequence diagram
	FormatHAR      = "har"     // HTTP Archive 1.2
	FormatCurl     = "curl"    // commands that do the same
)

// Narration writes the steps of a login as they happen. It is a [session.Narrator]. Its methods may be called at the same
// time: keys are fetched while the person is in the browser.
type Narration struct {
	Format  string
	DryRun  bool // stop before the browser opens
	Whole   bool // leave nothing out of FormatText; see [Brief]
	Out     io.Writer
	JSON    func(any) error // prints the document of FormatHAR
	Now     func() time.Time
	Version string // of the program, for FormatHAR and FormatHTML
	Warn    func(format string, args ...any)

	profileGrant string
	posted       bool // the profile has the response come in a POST

	mu     sync.Mutex
	server Server
	source string // of the metadata that was told last
	grant  string // the grant_type that was sent last
	steps  []Step
	poll   bool   // the last step is a poll that was answered with "not yet",
	polls  int    // and this many like it have been held back since
	wanted string // the target of the last request whose answer asked for a nonce in the proof
	err    error  // of writing
}

// Explain walks through a login of its own, which leaves nothing behind: the token is not stored, and is revoked where the
// server can do that. The session must have been opened with n as its narrator.
func (n *Narration) Explain(ctx context.Context, s *session.Session) error {
	n.profileGrant = s.Profile.Grant
	n.posted = strings.HasPrefix(s.Profile.ResponseMode, "form_post")
	n.server.Metadata, n.server.API = s.Profile.MetadataURL, s.Address()
	s.KeepNothing()
	s.StopBeforeBrowser = n.DryRun
	set, err := s.Login(ctx)
	if err != nil {
		return n.end(err)
	}
	if client, err := s.Client(ctx, false); err == nil {
		if s.Address() != "" && set.CheckAccessToken() == nil {
			if err := client.CallAPI(ctx, set, s.Address()); err != nil {
				n.Warn("%v", err)
			}
		}
		if err := client.Revoke(ctx, set); err != nil && !errors.Is(err, flow.ErrNoRevocation) {
			n.Warn("the token of this walk stays valid at %s until it expires: %v", cmp.Or(s.Profile.Issuer, s.Profile.TokenEndpoint), err)
		}
	}
	return n.end(nil)
}

// Resource implements [session.Narrator].
func (n *Narration) Resource() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.tell(ResourceValidation())
}

// Registered implements [session.Narrator].
func (n *Narration) Registered() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.tell(ClientRegistrationResponse())
}

// Metadata implements [session.Narrator]. From now on it is known which endpoint is which.
func (n *Narration) Metadata(m discovery.Metadata) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.server = Server{
		Metadata: n.server.Metadata, API: n.server.API, Registration: m.RegistrationEndpoint, TokenEndpoint: m.TokenEndpoint, PAR: m.PushedAuthorizationRequestEndpoint, Device: m.DeviceAuthorizationEndpoint,
		Revocation: m.RevocationEndpoint, Introspection: m.IntrospectionEndpoint, Userinfo: m.UserinfoEndpoint, JWKS: m.JWKSURI,
	}
	if m.Source != "" && m.Source != n.source { // empty where there is no issuer
		n.source = m.Source
		n.tell(MetadataValidation())
	}
}

// Exchange implements [session.Narrator].
func (n *Narration) Exchange(e trace.Exchange) {
	n.mu.Lock()
	defer n.mu.Unlock()
	pending := Pending(e)
	if pending && n.poll && n.Format != FormatHAR { // which has room for all of them
		n.polls++
		return
	}
	step := n.server.Exchange(e)
	if n.wanted == e.Target {
		step.Title += ", once more with the server's nonce"
		step.Rule = "RFC 9449 §8"
	}
	if WantsNonce(e) {
		n.wanted = e.Target
	} else if n.wanted == e.Target { // keys may be fetched in between
		n.wanted = ""
	}
	n.tell(step)
	n.poll = pending
}

// Event implements [session.Narrator]: it tells what no exchange shows.
func (n *Narration) Event(event flow.Event) {
	n.mu.Lock()
	defer n.mu.Unlock()
	switch e := event.(type) {
	case flow.PushedResponse:
		n.tell(PushedAuthorizationResponse())
	case flow.AuthorizationRequest:
		n.tell(AuthorizationRequest(e.URL, n.Now()))
	case flow.AuthorizationResponse:
		n.tell(AuthorizationResponse(Response{
			When: n.Now(), RedirectURI: e.RedirectURI, Parameters: e.Parameters, FromIssuer: e.FromIssuer, Signed: e.Signed,
			Posted: n.posted,
		}))
	case flow.DeviceResponse:
		n.tell(DeviceAuthorizationResponse())
	case flow.TokenRequest:
		n.grant = e.Parameters.Get("grant_type")
	case flow.ValidIDToken:
		n.tell(IDToken(IDTokenChecks{Nonce: e.Nonce, Symmetric: e.Symmetric}))
	case flow.TokenResponse:
		n.tell(TokenResponse(Tokens{Grant: n.grant, Type: e.Set.TokenType, IssuedType: e.Set.IssuedType, ScopeAsAsked: e.ScopeAsAsked}))
	}
}

// tell is called with mu held.
func (n *Narration) tell(s Step) {
	n.tellPolls()
	n.steps = append(n.steps, s)
	switch n.Format {
	case FormatHAR, FormatHTML, FormatMermaid: // one document, at the end
	case FormatMarkdown:
		n.print(Markdown(len(n.steps), s))
	case FormatCurl:
		n.print(Curl(len(n.steps), s))
	default:
		if !n.Whole {
			s = Brief(s)
		}
		n.print(Text(len(n.steps), s))
	}
}

// tellPolls tells of the polls that have been kept back. It is called with mu held.
func (n *Narration) tellPolls() {
	count := n.polls
	if n.poll, n.polls = false, 0; count > 0 {
		n.tell(Polls(count))
	}
}

func (n *Narration) print(text string) {
	if n.err == nil {
		_, n.err = fmt.Fprint(n.Out, text)
	}
}

// end finishes the account. The walk's own error comes first.
func (n *Narration) end(err error) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.tellPolls()
	p := Picture{Version: n.Version, Grant: n.profileGrant, Outcome: Completed, Steps: n.steps}
	switch {
	case errors.Is(err, session.ErrStopped):
		p.Outcome, err = Stopped, nil
	case err != nil:
		p.Outcome = Failed
	}
	switch n.Format {
	case FormatHAR:
		if n.err == nil {
			n.err = n.JSON(HAR(n.Version, n.steps))
		}
	case FormatHTML:
		n.print(string(HTML(p)))
	case FormatMermaid:
		n.print(Mermaid(p))
	}
	if err == nil && n.err != nil {
		err = fmt.Errorf("explain: %w", n.err)
	}
	return err
}
