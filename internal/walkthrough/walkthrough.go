// Package walkthrough tells a login as a sequence of steps: what went out, what came back, which rule it follows, and what was
// checked. It writes them as text, Markdown, HAR 1.2 or curl commands.
//
// It works on what package trace and package flow tell, in which every secret is a fingerprint already, and deliberately
// takes part in nothing: a step that is not told here happens all the same.
package walkthrough

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/oauthget/oauthget/internal/trace"
)

// Step is one thing that happened.
type Step struct {
	Title string
	Rule  string // the standard's place, or several
	Why   string // one sentence
	// Exchange is what happened between this program and the server; Hop what went through the browser. At most one of
	// them is there.
	Exchange *trace.Exchange
	Hop      *Hop
	Checked  []string // what was found to be as it must
}

// Hop is a message that the browser carries.
type Hop struct {
	When       time.Time
	Target     string // the URL without its query
	Parameters []trace.Field
	Back       bool // it comes back to the redirect URI
	Posted     bool // in a POST
}

// Server says which endpoint is what. An empty one is not known.
type Server struct {
	TokenEndpoint, PAR, Device, Revocation, Introspection, Userinfo, JWKS string
}

// kind is what a step says besides what happened.
type kind struct{ title, rule, why string }

// Exchange makes a step of an exchange with the server. Nothing in it has been checked: whoever checks the answer tells of
// that in a step of its own.
func (s Server) Exchange(e trace.Exchange) Step {
	k := s.kind(e)
	return Step{Title: k.title, Rule: k.rule, Why: k.why, Exchange: &e}
}

func (s Server) kind(e trace.Exchange) kind {
	switch at := func(endpoint string) bool { return endpoint != "" && targetOf(endpoint) == e.Target }; {
	case at(s.JWKS):
		return kind{"Keys", "RFC 7517 §5, OpenID Connect Core §10.1", "The keys with which the server signs."}
	case at(s.PAR):
		return kind{"Pushed authorization request", "RFC 9126 §2.1", "What is asked for goes to the server directly; the browser then carries a reference alone."}
	case at(s.Device):
		return kind{"Device authorization request", "RFC 8628 §3.1", "The server is to give a code for the person, and one for this program to ask with."}
	case at(s.Revocation):
		return kind{"Revocation", "RFC 7009 §2.1", "The token is not needed any more: the server is to end it."}
	case at(s.Introspection):
		return kind{"Introspection", "RFC 7662 §2.1", "The server tells what a token is good for."}
	case at(s.Userinfo):
		return kind{"UserInfo", "OpenID Connect Core §5.3", "The server tells about the person."}
	case at(s.TokenEndpoint):
		return tokenKind(e)
	case strings.Contains(e.Target, "/.well-known/"): // of no endpoint: some servers have their keys there as well
		return kind{"Metadata", "RFC 8414 §3, OpenID Connect Discovery §4", "The server publishes where its endpoints are and what it supports."}
	}
	return kind{"Request", "", ""}
}

// The values of grant_type beside those of RFC 6749.
const (
	deviceCode    = "urn:ietf:params:oauth:grant-type:device_code"    // RFC 8628 §3.4
	jwtBearer     = "urn:ietf:params:oauth:grant-type:jwt-bearer"     // RFC 7523 §2.1
	grantExchange = "urn:ietf:params:oauth:grant-type:token-exchange" // RFC 8693 §2.1
)

// Pending reports whether e is a poll that was answered by "not yet" (RFC 8628 §3.5). A person may take minutes, and such
// polls are all alike.
func Pending(e trace.Exchange) bool {
	return grantOf(e) == deviceCode && slices.ContainsFunc(e.Response.Body.Fields, func(f trace.Field) bool {
		return f.Name == "error" && f.Value == `"authorization_pending"`
	})
}

// WantsNonce reports whether e was answered by a wish for a nonce in the proof (RFC 9449 §8), so that what comes next is the
// same request once more.
func WantsNonce(e trace.Exchange) bool {
	return slices.ContainsFunc(e.Response.Body.Fields, func(f trace.Field) bool {
		return f.Name == "error" && f.Value == `"use_dpop_nonce"`
	})
}

// Polls is the step that stands for count polls of that kind, after one that is told.
func Polls(count int) Step {
	often := "once"
	if count > 1 {
		often = fmt.Sprintf("%d times", count)
	}
	return Step{Title: "Token requests", Rule: "RFC 8628 §3.5", Why: "The program asked so " + often + " more, and the person had not decided yet."}
}

func grantOf(e trace.Exchange) string {
	for _, f := range e.Request.Body.Fields {
		if f.Name == "grant_type" {
			return f.Value
		}
	}
	return ""
}

// tokenKind tells the grants apart, by grant_type.
func tokenKind(e trace.Exchange) kind {
	const title = "Token request"
	switch grantOf(e) {
	case "authorization_code":
		return kind{title, "RFC 6749 §4.1.3, RFC 7636 §4.5", "The code is redeemed, once, with the verifier that nobody has seen yet."}
	case "refresh_token":
		return kind{title, "RFC 6749 §6", "The refresh token is exchanged for a new access token."}
	case "client_credentials":
		return kind{title, "RFC 6749 §4.4.2", "The client asks for itself."}
	case deviceCode:
		return kind{title, "RFC 8628 §3.4", "The program asks whether the person has allowed the access."}
	case jwtBearer:
		return kind{title, "RFC 7523 §2.1", "An assertion is exchanged for an access token."}
	case grantExchange:
		return kind{title, "RFC 8693 §2.1", "A token is exchanged for another."}
	}
	return kind{title, "RFC 6749 §3.2", ""}
}

// targetOf is an endpoint as the target of an exchange.
func targetOf(endpoint string) string {
	u, err := url.Parse(endpoint)
	if err != nil {
		return endpoint
	}
	return trace.Target(u)
}
