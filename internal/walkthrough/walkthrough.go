// Package walkthrough describes a login as a sequence of steps: what was sent, what came back, which rule it follows, and what was
// checked. It writes them as text, Markdown, HAR 1.2 or curl commands, and draws them as a sequence diagram, in HTML or for Mermaid.
//
// Its input comes from packages trace and flow, which have replaced every secret by a fingerprint. It takes no part in the login.
package walkthrough

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/oauthget/oauthget/internal/trace"
)

// Step is a step of a login.
type Step struct {
	Title string
	Rule  string // the sections of standards that define it
	Why   string // one sentence
	// Exchange is a request of this program with its answer, Hop a message through the browser. At most one of them is set.
	Exchange *trace.Exchange
	Hop      *Hop
	API      bool     // Exchange is with an API, not with the authorization server
	CI       bool     // Exchange is with a CI system
	Shown    string   // what the person is shown
	Polls    int      // how many exchanges it stands for
	Checked  []string // checks that passed
}

// Hop is a message that the browser carries.
type Hop struct {
	When       time.Time
	Target     string // the URL without its query
	Parameters []trace.Field
	Back       bool // it comes back to the redirect URI
	Posted     bool // in a POST
}

// Server has the endpoints of the server. An empty one is unknown.
type Server struct {
	Metadata                                                              string // if it is not at the issuer
	TokenEndpoint, PAR, Device, Revocation, Introspection, Userinfo, JWKS string
	Registration                                                          string
	API                                                                   string // the URL of the API that the login is for
}

// The titles of steps that are told in a way of their own.
const (
	titleMetadata = "Metadata"
	titleKeys     = "Keys"
	titleAsked    = "API request without a token" // whose answer is a challenge
)

const titleIdentity = "Identity token of the job"

// resourceMetadata is in the URL of an API's metadata (RFC 9728 §3).
const resourceMetadata = "/.well-known/oauth-protected-resource"

// kind is the text of a step.
type kind struct{ title, rule, why string }

// Exchange returns the step of an exchange with the server. Nothing in it has been checked: checks are a step of their own.
func (s Server) Exchange(e trace.Exchange) Step {
	k := s.kind(e)
	return Step{Title: k.title, Rule: k.rule, Why: k.why, Exchange: &e, API: s.ofAPI(e), CI: k.title == titleIdentity}
}

// ofAPI reports whether e is with the API: it is called, or its metadata are read, which may be anywhere.
func (s Server) ofAPI(e trace.Exchange) bool {
	return s.calls(e) || isResourceMetadata(e)
}

func (s Server) calls(e trace.Exchange) bool { return s.API != "" && targetOf(s.API) == e.Target }

func isResourceMetadata(e trace.Exchange) bool {
	return strings.Contains(e.Target, resourceMetadata) || slices.ContainsFunc(e.Response.Body.Fields, func(f trace.Field) bool {
		return f.Name == "authorization_servers"
	})
}

// apiKind returns the kind of a request to the API, by what it bears.
func apiKind(e trace.Exchange) kind {
	has := func(name string) bool {
		return slices.ContainsFunc(e.Request.Header, func(f trace.Field) bool { return strings.EqualFold(f.Name, name) })
	}
	switch {
	case has("DPoP"):
		return kind{"API request", "RFC 9449 §7.1", "The token is used, with a proof that its key is here."}
	case has("Authorization"):
		return kind{"API request", "RFC 6750 §2.1", "The token is used."}
	}
	return kind{titleAsked, "RFC 9728 §5.1", "The API is asked which server it trusts. It may name its metadata."}
}

func (s Server) kind(e trace.Exchange) kind {
	switch at := func(endpoint string) bool { return endpoint != "" && targetOf(endpoint) == e.Target }; {
	case s.calls(e):
		return apiKind(e)
	case at(s.Registration):
		return kind{"Client registration", "RFC 7591 §3.1", "The program makes itself known to the server as a client."}
	case at(s.JWKS):
		return kind{titleKeys, "RFC 7517 §5, OpenID Connect Core §10.1", "The keys that the server signs with."}
	case at(s.PAR):
		return kind{"Pushed authorization request", "RFC 9126 §2.1", "The request goes to the server directly. The browser carries only a reference to it."}
	case at(s.Device):
		return kind{"Device authorization request", "RFC 8628 §3.1", "The program asks for a code for the person, and for one to poll with."}
	case at(s.Revocation):
		return kind{"Revocation", "RFC 7009 §2.1", "The token is no longer needed, so it is revoked."}
	case at(s.Introspection):
		return kind{"Introspection", "RFC 7662 §2.1", "The server says what a token is valid for."}
	case at(s.Userinfo):
		return kind{"UserInfo", "OpenID Connect Core §5.3", "The server returns claims about the person."}
	case at(s.TokenEndpoint):
		return tokenKind(e)
	case isResourceMetadata(e):
		return kind{"Protected resource metadata", "RFC 9728 §3", "The API publishes which authorization servers issue tokens for it."}
	case at(s.Metadata), strings.Contains(e.Target, "/.well-known/"): // after the endpoints, since some servers have their keys there
		return kind{titleMetadata, "RFC 8414 §3, OpenID Connect Discovery §4", "The server publishes where its endpoints are and what it supports."}
	}
	if isIdentityToken(e) {
		return kind{titleIdentity, "", "The CI system says which job this is, and to whom that is said."}
	}
	return kind{"Request", "", ""}
}

// isIdentityToken reports whether e asks a CI system for a job's identity token: a GET with a token, for an audience. GitHub
// Actions' documentation defines it; no standard does.
func isIdentityToken(e trace.Exchange) bool {
	named := func(name string) func(trace.Field) bool { return func(f trace.Field) bool { return f.Name == name } }
	return e.Method == http.MethodGet && slices.ContainsFunc(e.Query, named("audience")) && slices.ContainsFunc(e.Request.Header, named("Authorization"))
}

// The values of grant_type besides those of RFC 6749.
const (
	deviceCode    = "urn:ietf:params:oauth:grant-type:device_code"    // RFC 8628 §3.4
	jwtBearer     = "urn:ietf:params:oauth:grant-type:jwt-bearer"     // RFC 7523 §2.1
	grantExchange = "urn:ietf:params:oauth:grant-type:token-exchange" // RFC 8693 §2.1
)

// Pending reports whether e is a poll that was answered with authorization_pending (RFC 8628 §3.5). There may be many of them.
func Pending(e trace.Exchange) bool {
	return grantOf(e) == deviceCode && slices.ContainsFunc(e.Response.Body.Fields, func(f trace.Field) bool {
		return f.Name == "error" && f.Value == `"authorization_pending"`
	})
}

// WantsNonce reports whether e was answered with use_dpop_nonce (RFC 9449 §8), so that the same request follows.
func WantsNonce(e trace.Exchange) bool {
	return slices.ContainsFunc(e.Response.Body.Fields, func(f trace.Field) bool {
		return f.Name == "error" && f.Value == `"use_dpop_nonce"`
	})
}

// Polls returns the step that stands for count pending polls, after the first.
func Polls(count int) Step {
	often := "once"
	if count > 1 {
		often = fmt.Sprintf("%d times", count)
	}
	return Step{Polls: count, Title: "Token requests", Rule: "RFC 8628 §3.5", Why: "The program polled " + often + " more. The person had not decided yet."}
}

func grantOf(e trace.Exchange) string {
	for _, f := range e.Request.Body.Fields {
		if f.Name == "grant_type" {
			return strings.Trim(f.Value, `"`) // a member of JSON is quoted
		}
	}
	return ""
}

// tokenKind returns the kind of a token request, by its grant_type.
func tokenKind(e trace.Exchange) kind {
	const title = "Token request"
	switch grantOf(e) {
	case "authorization_code":
		return kind{title, "RFC 6749 §4.1.3, RFC 7636 §4.5", "The code is redeemed, together with the code verifier."}
	case "refresh_token":
		return kind{title, "RFC 6749 §6", "The refresh token is exchanged for a new access token."}
	case "client_credentials":
		return kind{title, "RFC 6749 §4.4.2", "The client asks for a token of its own."}
	case deviceCode:
		return kind{title, "RFC 8628 §3.4", "The program asks whether the person has allowed the access."}
	case jwtBearer:
		return kind{title, "RFC 7523 §2.1", "An assertion is exchanged for an access token."}
	case grantExchange:
		return kind{title, "RFC 8693 §2.1", "A token is exchanged for another."}
	}
	return kind{title, "RFC 6749 §3.2", ""}
}

// targetOf returns an endpoint in the form of the target of an exchange.
func targetOf(endpoint string) string {
	u, err := url.Parse(endpoint)
	if err != nil {
		return endpoint
	}
	return trace.Target(u)
}
