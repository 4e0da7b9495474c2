package walkthrough

import (
	"strings"

	"github.com/oauthget/oauthget/internal/token"
)

// The steps here are taken when all that they tell of has been found good, and not before: the exchange that brought it
// is a step of its own, in which nothing is known yet.

// MetadataValidation is the step in which a server's metadata was found good.
func MetadataValidation() Step {
	return Step{
		Title: "Metadata validation", Rule: "RFC 8414 §3.3", Why: "Another server's metadata would lead elsewhere with what is secret.",
		Checked: []string{
			"the issuer in it is the one asked for (RFC 8414 §3.3)",
			"every endpoint is https, or on this machine (RFC 6749 §3.1, §3.2)",
		},
	}
}

// PushedAuthorizationResponse is the step in which the answer to a pushed request was found good.
func PushedAuthorizationResponse() Step {
	return Step{
		Title: "Pushed authorization response", Rule: "RFC 9126 §2.2", Why: "The reference is what the browser carries.",
		Checked: []string{"the answer has a request_uri in the form of one (RFC 9126 §2.2)"},
	}
}

// DeviceAuthorizationResponse is the step in which the codes of a device login were found good.
func DeviceAuthorizationResponse() Step {
	return Step{
		Title: "Device authorization response", Rule: "RFC 8628 §3.2", Why: "The person is shown where to enter the code.",
		Checked: []string{"the address for the person is https, or on this machine where the server is", "the code is one that a person can type"},
	}
}

// IDTokenChecks are what depends on the login.
type IDTokenChecks struct {
	Nonce     bool // one was sent
	Symmetric bool // the client secret is the key
}

// IDToken is the step in which an ID Token was found good.
func IDToken(c IDTokenChecks) Step {
	signature := "the signature is by one of the server's keys, with an algorithm that proves something (item 6, 7)"
	if c.Symmetric {
		signature = "the MAC is by the client secret, with the algorithm that the client is registered for (item 7, 8)"
	}
	s := Step{
		Title: "ID Token", Rule: "OpenID Connect Core §3.1.3.7",
		Why: "It tells who signed in, and is believed only after all of this.",
		Checked: []string{
			signature, "iss is the server (item 2)", "aud is this client, azp too where it is there (item 3 to 5)",
			"it is of the present (item 9, 10)", "at_hash is that of the access token, where it is there (§3.2.2.9)",
		},
	}
	if c.Nonce {
		s.Checked = append(s.Checked, "nonce is the one that was sent (item 11)")
	}
	return s
}

// Tokens is what a token response brought, as far as its checks depend on it.
type Tokens struct {
	Grant        string // the grant_type that was sent
	Type         string // the token_type
	IssuedType   string // the issued_token_type; empty where the server left it out
	ScopeAsAsked bool   // a scope was asked for, and that one granted
}

// TokenResponse is the step in which all that a token response brought was found good.
func TokenResponse(t Tokens) Step {
	s := Step{
		Title: "Token response", Rule: "RFC 6749 §5.1", Why: "The tokens in it are used from here on.",
		Checked: []string{typeCheck(t.Type), "tokens hold no character that none may (RFC 6749 §A.12, §A.17)"},
	}
	if t.Grant == grantExchange && t.IssuedType != "" {
		s.Checked = append(s.Checked, "issued_token_type is there, and the one asked for where one was (RFC 8693 §2.2.1)")
	}
	if t.ScopeAsAsked {
		s.Checked = append(s.Checked, "the scope is the one asked for (RFC 6749 §3.3)")
	}
	return s
}

func typeCheck(tokenType string) string {
	switch {
	case strings.EqualFold(tokenType, "DPoP"):
		return "the token is bound to the key of the DPoP proof, by its type (RFC 9449 §5)"
	case strings.EqualFold(tokenType, token.NotApplicable):
		return "the token is said to be no access token, and what it is (RFC 8693 §2.2.1)"
	}
	return "the token type is understood (RFC 6749 §7.1)"
}
