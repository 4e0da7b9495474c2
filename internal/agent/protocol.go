// Package agent is the protocol by which programs ask an `oauthget agent` for tokens, and its client: HTTP/1.1 and JSON over a
// Unix socket. docs/agent.md describes the protocol for other programs.
//
// An agent gives access tokens and what is known of them, and signs DPoP proofs. There is no message with a refresh token, a client
// secret or a key.
package agent

import (
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/oauthget/oauthget/internal/ascii"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// Variable names the socket of the agent to be asked.
const Variable = "OAUTHGET_AGENT"

// Host is the Host of requests. There is no server of that name: the socket leads to the agent.
const Host = "oauthget-agent"

// The paths of version 1.
const (
	PathProfile = "/v1/profile" // GET: a Profile
	PathToken   = "/v1/token"   // POST a TokenRequest: a Token
	PathProof   = "/v1/proof"   // POST a ProofRequest: a Proof
	PathExpire  = "/v1/expire"  // POST an ExpireRequest
	PathStatus  = "/v1/status"  // GET: the form of `oauthget status --json`
)

// The types of answers to a TokenRequest. The first is one Token or Failure. The second has lines that tell what is waited for, and
// then one with a Token or Failure.
const (
	TypeJSON  = "application/json"
	TypeLines = "application/x-ndjson"
)

// MaxMessage bounds a request, and a line of an answer, in bytes.
const MaxMessage = 1 << 20

// Beat is how often an agent sends an empty line while a client waits. A client gives an agent up that has been silent for longer
// than Silence.
const (
	Beat    = 10 * time.Second
	Silence = 3 * Beat
)

// Name says whose token is meant.
type Name struct {
	Name    string `json:"name,omitempty"` // a profile's, or the URL of an API; empty for the default profile
	Account string `json:"account,omitempty"`
}

// Profile is what a client has to know of a profile before it uses its token.
type Profile struct {
	Name
	Resource string   `json:"resource,omitempty"`  // the API that the token is for, if it is for one
	APIHosts []string `json:"api_hosts,omitempty"` // hosts to which the token may be sent; empty for any
	// Servers are the profile's own. Without api_hosts, credential helpers answer for these alone.
	Servers  []string `json:"servers,omitempty"`
	DPoP     bool     `json:"dpop,omitempty"`     // tokens may be bound to a key
	Accounts []string `json:"accounts,omitempty"` // for which there are tokens
}

// TokenRequest asks for a token. All members may be missing.
type TokenRequest struct {
	Name
	MinTTL       *int64    `json:"min_ttl,omitempty"`   // seconds that the token must live
	Force        bool      `json:"force,omitempty"`     // do not use a stored token
	Refused      string    `json:"refused,omitempty"`   // a token that an API has refused
	RefusedAt    time.Time `json:"refused_at,omitzero"` // when an API refused the token that was given then
	IDToken      bool      `json:"id_token,omitempty"`
	Post         bool      `json:"post,omitempty"`          // the token is for a POST: an API may answer no GET
	NoInput      bool      `json:"no_input,omitempty"`      // nobody is to be asked
	Timeout      int64     `json:"timeout,omitempty"`       // seconds that a person has to act
	AfterFailure int64     `json:"after_failure,omitempty"` // seconds in which no login follows one that has failed
}

// Token is the answer to a TokenRequest.
type Token struct {
	AccessToken          string          `json:"access_token,omitempty"`
	TokenType            string          `json:"token_type"`
	ExpiresAt            time.Time       `json:"expires_at,omitzero"`
	ObtainedAt           time.Time       `json:"obtained_at,omitzero"`
	Scope                string          `json:"scope,omitempty"`
	Subject              string          `json:"sub,omitempty"`
	Username             string          `json:"username,omitempty"`
	IssuedTokenType      string          `json:"issued_token_type,omitempty"`
	AuthorizationDetails json.RawMessage `json:"authorization_details,omitempty"`
	Kept                 json.RawMessage `json:"kept,omitempty"` // what the profile keeps of answers
	IDToken              string          `json:"id_token,omitempty"`
	IDTokenExpiresAt     time.Time       `json:"id_token_expires_at,omitzero"`
	Resource             string          `json:"resource,omitempty"` // the API that the token is for, if it is for one
	Fresh                bool            `json:"fresh,omitempty"`    // it was obtained just now
}

// NewToken returns the part of set that clients get. An ID Token goes to those who asked for it.
func NewToken(set token.Set, idToken bool) Token {
	t := Token{
		AccessToken: set.AccessToken.Reveal(), TokenType: set.Type(), ExpiresAt: set.Expiry.UTC(), ObtainedAt: set.Obtained.UTC(),
		Scope: strings.Join(set.Scopes, " "), Subject: set.Subject, Username: set.Username, IssuedTokenType: set.IssuedType,
		AuthorizationDetails: json.RawMessage(set.AuthorizationDetails), Kept: json.RawMessage(set.Kept.Reveal()),
	}
	if idToken {
		t.IDToken, t.IDTokenExpiresAt = set.IDToken.Reveal(), set.IDTokenExpiry.UTC()
	}
	return t
}

// Set returns the token as it is used. An answer without one, and a token that could not stand in a header, are errors. Texts that
// are printed are without control characters.
func (t Token) Set() (token.Set, error) {
	if t.AccessToken == "" && t.IDToken == "" {
		return token.Set{}, errors.New("there is no token in the answer")
	}
	for _, text := range []string{t.AccessToken, t.TokenType, t.IDToken} {
		if text != "" && !ascii.All(text, ascii.IsVSCHAR) {
			return token.Set{}, errors.New("the token contains an invalid character")
		}
	}
	return token.Set{
		AccessToken: token.NewSecret(t.AccessToken), TokenType: t.TokenType, Expiry: t.ExpiresAt, Obtained: t.ObtainedAt,
		Scopes: strings.Fields(untrusted.Line(t.Scope)), Subject: untrusted.Line(t.Subject), Username: untrusted.Line(t.Username),
		IssuedType:           untrusted.Line(t.IssuedTokenType),
		AuthorizationDetails: string(untrusted.MaskJSON(t.AuthorizationDetails, untrusted.Stripped{})),
		Kept:                 token.NewSecret(string(untrusted.MaskJSON(t.Kept, untrusted.Stripped{}))),
		IDToken:              token.NewSecret(t.IDToken), IDTokenExpiry: t.IDTokenExpiresAt,
	}, nil
}

// ProofRequest asks for a DPoP proof (RFC 9449 §4) for a request that bears the token.
type ProofRequest struct {
	Name
	AccessToken string `json:"access_token"`
	Method      string `json:"method,omitempty"` // GET if it is missing
	URL         string `json:"url"`
	Nonce       string `json:"nonce,omitempty"` // the API's
}

// Proof is the answer to a ProofRequest.
type Proof struct {
	Proof string `json:"proof"`
}

// ExpireRequest marks a stored access token as expired, because a server has refused it. Another one is left alone.
type ExpireRequest struct {
	Name
	AccessToken string `json:"access_token"`
}

// Line is a line of an answer of TypeLines. It has one member. One without any says that the agent is there.
type Line struct {
	Progress string   `json:"progress,omitempty"` // what is waited for
	Warning  string   `json:"warning,omitempty"`
	Token    *Token   `json:"token,omitempty"`
	Error    *Failure `json:"error,omitempty"`
}

// Failure is why an agent does not do what it was asked.
type Failure struct {
	Code    string   `json:"code"`
	Status  int      `json:"status"` // the exit status of oauthget where the agent runs
	Message string   `json:"message"`
	Hints   []string `json:"hints,omitempty"` // what can be done about it where the agent runs
}

// The codes of failures that clients tell apart. Others are CodeFailed.
const (
	CodeFailed      = "failed"
	CodeRefused     = "refused"              // by the agent or its person
	CodeInteraction = "interaction_required" // a person would have to act, and nobody can be asked
	CodeLogin       = "login_failed"
	CodeOpenAPI     = "open_api" // the API takes no token
)

// maxText bounds what is shown of an agent's text, in bytes.
const maxText = 1000

func (f *Failure) Error() string { return "the agent: " + f.Message[:min(len(f.Message), maxText)] }
