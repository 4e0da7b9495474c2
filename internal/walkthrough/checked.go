package walkthrough

import (
	"strings"

	"github.com/oauthget/oauthget/internal/token"
)

// The steps in this file follow when their checks have passed. The exchange before is a step of its own.

// MetadataValidation returns the step of valid metadata.
func MetadataValidation() Step {
	return Step{
		Title: "Metadata validation", Rule: "RFC 8414 §3.3", Why: "Metadata of another server could send secrets there.",
		Checked: []string{
			"the issuer in it is the one asked for (RFC 8414 §3.3)",
			"every endpoint is https, or on this machine (RFC 6749 §3.1, §3.2)",
		},
	}
}

// ResourceValidation returns the step of valid metadata of an API.
func ResourceValidation() Step {
	return Step{
		Title: "Protected resource metadata validation", Rule: "RFC 9728 §3.3", Why: "An API chooses where the person signs in, so what it says is checked.",
		Checked: []string{
			"the resource in it is the API's URL, or a prefix of it (RFC 9728 §3.3)",
			"every authorization server is https, or on this machine if the API is",
		},
	}
}

// ClientRegistrationResponse returns the step of a valid registration.
func ClientRegistrationResponse() Step {
	return Step{
		Title: "Client registration response", Rule: "RFC 7591 §3.2.1", Why: "The client is kept, and used again.",
		Checked: []string{"client_id is there, and well-formed (RFC 6749 §A.1)", "the client can authenticate as it is registered"},
	}
}

// PushedAuthorizationResponse returns the step of a valid answer to a pushed request.
func PushedAuthorizationResponse() Step {
	return Step{
		Title: "Pushed authorization response", Rule: "RFC 9126 §2.2", Why: "The browser carries this reference.",
		Checked: []string{"request_uri is well-formed (RFC 9126 §2.2)"},
	}
}

// DeviceAuthorizationResponse returns the step of valid codes for a device login.
func DeviceAuthorizationResponse() Step {
	return Step{
		Title: "Device authorization response", Rule: "RFC 8628 §3.2", Why: "The person is shown the address and the code to enter there.",
		Shown:   "address and code",
		Checked: []string{"verification_uri is https, or on this machine if the server is", "user_code can be typed"},
	}
}

// IDTokenChecks are the checks that depend on the login.
type IDTokenChecks struct {
	Nonce     bool // one was sent
	Symmetric bool // the client secret is the key
}

// IDToken returns the step of a valid ID Token.
func IDToken(c IDTokenChecks) Step {
	signature := "the signature is by one of the server's keys, with an allowed algorithm (item 6, 7)"
	if c.Symmetric {
		signature = "the MAC is by the client secret, with the algorithm that the client is registered for (item 7, 8)"
	}
	s := Step{
		Title: "ID Token", Rule: "OpenID Connect Core §3.1.3.7",
		Why: "It says who signed in. It is accepted only after these checks.",
		Checked: []string{
			signature, "iss is the server (item 2)", "aud is this client, and so is azp if present (item 3 to 5)",
			"exp and iat are right (item 9, 10)", "at_hash, if present, is that of the access token (§3.2.2.9)",
		},
	}
	if c.Nonce {
		s.Checked = append(s.Checked, "nonce is the one that was sent (item 11)")
	}
	return s
}

// Tokens is the part of a token response that its checks depend on.
type Tokens struct {
	Grant        string // the grant_type that was sent
	Type         string // the token_type
	IssuedType   string // the issued_token_type; empty if there is none
	ScopeAsAsked bool   // a scope was asked for, and granted
}

// TokenResponse returns the step of a valid token response.
func TokenResponse(t Tokens) Step {
	s := Step{
		Title: "Token response", Rule: "RFC 6749 §5.1", Why: "Its tokens are used from now on.",
		Checked: []string{typeCheck(t.Type), "the tokens have no invalid character (RFC 6749 §A.12, §A.17)"},
	}
	if t.Grant == grantExchange && t.IssuedType != "" {
		s.Checked = append(s.Checked, "issued_token_type is present and as requested (RFC 8693 §2.2.1)")
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
		return "the token is no access token, and its type is given (RFC 8693 §2.2.1)"
	}
	return "the token type is understood (RFC 6749 §7.1)"
}
