// Package config defines what a profile is: its keys, what they may hold, and how flags, the environment, the profile file
// and defaults become a Profile.
//
// Keys have the names of RFC 6749, RFC 8414, RFC 8628, RFC 9126 and OpenID Connect Discovery. Each value comes with its
// origin, and each error with the line to change. Everything is checked before a request is sent.
//
// The package opens no socket, runs no program and asks nobody. An error names a key and never shows what it holds.
package config

import (
	"net/url"
	"slices"
	"strings"

	"github.com/oauthget/oauthget/internal/form"
)

// Profile describes a client and its authorization server.
type Profile struct {
	Name string // empty if flags and the environment describe the client
	// Preset is a name or an alias of a preset (see package provider), whose values are in the other fields; may be empty.
	Preset          string
	PresetVariables url.Values
	// URL is the API's. Issuer, client, resource and scopes come from what it says of itself, if they are not given.
	URL    string
	Issuer string // the issuer identifier (RFC 8414 §2); empty if endpoints are given instead
	// MetadataURL is where the metadata is, if not at one of the usual places of the issuer.
	MetadataURL string
	Endpoints
	ClientID string
	// ClientIDMetadataDocument is the URL of the document that is the client_id if the server supports it; may be empty.
	ClientIDMetadataDocument string
	ClientSecret             SecretSource
	// TokenEndpointAuthMethod is a name of the IANA registry (RFC 7591 §2). If it is empty, the credentials and the
	// metadata decide.
	TokenEndpointAuthMethod string
	ClientKey               ClientKey
	TLS                     TLS
	Grant                   string   // a value of the key "grant"
	Scopes                  []string // RFC 6749 §3.3, in the order given
	Audience                []string
	Resource                []string // RFC 8707 §2
	SendResource            bool     // an API's resource goes into the requests
	AuthorizationDetails    string   // a JSON array (RFC 9396 §2); empty for none
	Assertion               Assertion
	Exchange                Exchange
	OpenID                  OpenID
	RedirectURI             string // without a port, any free one is used (RFC 8252 §7.3)
	RedirectPorts           []int  // ports to try, in order; empty for any free one
	RedirectTLS             TLS    // the certificate to show at an https redirect URI
	ListenAddress           string // host or host:port to bind, if not the redirect URI's
	OfferDeviceCode         bool   // beside the redirect, if no browser can be opened here
	ResponseMode            string // a value of "response_mode"
	AuthorizationParameters url.Values
	TokenParameters         url.Values
	TokenHeaders            url.Values // header fields of the token request, by name
	Dialect
	PKCE                    bool     // RFC 7636
	RequirePAR              bool     // the authorization request must be pushed (RFC 9126)
	WithoutPAR              bool     // it must not be pushed: the profile says false
	RequestObjectSigningAlg string   // for the authorization request (RFC 9101); empty for none
	DefaultExpiresIn        string   // of tokens without a lifetime: seconds in decimal, Never, or empty if unknown
	DPoP                    bool     // RFC 9449
	DPoPAllowBearer         bool     // a Bearer token is accepted in place of a DPoP token
	SecurityProfile         string   // a value of "security_profile", or empty
	APIHosts                []string // hosts, with or without a port, to which the access token may be sent; empty for any
	Store                   string   // a value of "store"
	IdentityFile            string   // the private key that opens the file store; may be empty
	PassphraseCommand       []string // a program that prints the file store's passphrase, and its arguments
	Account                 string   // account to sign in with; empty for any
	Browser                 string   // a command, as in $BROWSER; empty for the platform's opener
}

// ClientKey is the private key that signs client assertions (RFC 7523 §3), request objects (RFC 9101) and assertions of the
// grant jwt_bearer (RFC 7523 §2.1).
type ClientKey struct {
	File              string // PEM or JWK; empty for none
	ID                string // kid; empty for that of the JWK, or none
	AssertionAudience string // aud of client assertions; empty for the issuer
}

// TLS holds a certificate, such as the client's (RFC 8705), and an additional authority.
type TLS struct {
	CertificateFile string // PEM, the holder's own first
	KeyFile         string // PEM
	CAFile          string // PEM, trusted in addition to the system's
}

// Assertion is what the grant jwt_bearer presents (RFC 7523 §2.1).
type Assertion struct {
	Source   SecretSource // empty for an assertion signed by the client's key, which has:
	Subject  string       // sub; empty for the client_id
	Audience string       // aud; empty for the issuer
}

// Exchange is what the grant token_exchange presents and asks for (RFC 8693 §2.1). Types are URIs of §3; empty for the
// access token's.
type Exchange struct {
	Subject, Actor         SecretSource
	SubjectType, ActorType string
	RequestedType          string // empty leaves it to the server
}

// OpenID are parameters of an authentication request (OpenID Connect Core §3.1.2.1, §5.5). An empty one is not sent.
type OpenID struct {
	Prompt, LoginHint, ACRValues, UILocales string
	NoPrompt                                bool   // no prompt is to be added: the profile has an empty one
	MaxAge                                  string // seconds, in decimal
	Nonce                                   bool   // one is sent, and the ID Token has to repeat it
	Claims                                  string // a JSON object
	IDTokenSignedResponseAlg                string // OpenID Connect Registration §2; empty for any asymmetric one
}

// Endpoints override the metadata. An empty one is taken from the metadata.
type Endpoints struct {
	AuthorizationEndpoint              string
	TokenEndpoint                      string
	DeviceAuthorizationEndpoint        string
	PushedAuthorizationRequestEndpoint string
	RevocationEndpoint                 string
	IntrospectionEndpoint              string
	UserinfoEndpoint                   string
	RegistrationEndpoint               string
	JWKSURI                            string
}

// DefaultRedirectURI is used where a profile names none, with any free port. RFC 8252 §7.3 recommends the IP literal over
// localhost, which may resolve to an interface that is not loopback.
const DefaultRedirectURI = "http://127.0.0.1/callback"

// The grants, by their names in a profile.
const (
	GrantAuthorizationCode = "authorization_code" // RFC 6749 §4.1
	GrantDeviceCode        = "device_code"        // RFC 8628
	GrantClientCredentials = "client_credentials" // RFC 6749 §4.4
	GrantJWTBearer         = "jwt_bearer"         // RFC 7523 §2.1
	GrantTokenExchange     = "token_exchange"     // RFC 8693
)

// EndpointKeys returns the keys of the endpoints that a grant uses.
func EndpointKeys(grant string) []string {
	switch {
	case grant == GrantDeviceCode:
		return []string{"device_authorization_endpoint", "token_endpoint"}
	case !needsPerson(grant):
		return []string{"token_endpoint"}
	}
	return []string{"authorization_endpoint", "token_endpoint"}
}

// NeedsMetadata reports whether the server's metadata has to be read: there is an issuer, and not all that the grant and an
// ID Token need is in the profile.
func (p Profile) NeedsMetadata() bool {
	return needsMetadata(func(key string) string { return strings.Join(find(keys, key).values(&p), "") })
}

func needsMetadata(value func(key string) string) bool {
	needed := EndpointKeys(value("grant"))
	if !strings.HasPrefix(value("id_token_signed_response_alg"), "HS") {
		needed = append(needed, "jwks_uri")
	}
	missing := func(key string) bool { return value(key) == "" }
	return !missing("issuer") && (!missing("metadata_url") || !missing("security_profile") || slices.ContainsFunc(needed, missing))
}

// ValidIssuer reports whether text can be the key issuer.
func ValidIssuer(text string) bool { return form.Issuer([]string{text}) == nil }

// NeedsPerson reports whether a person has to sign in for the profile's grant.
func (p Profile) NeedsPerson() bool { return needsPerson(p.Grant) }

func needsPerson(grant string) bool {
	return !slices.Contains([]string{GrantClientCredentials, GrantJWTBearer, GrantTokenExchange}, grant)
}

// MayUseDPoP reports whether tokens may be bound to a key: DPoP is on, or FAPI 2.0 turns it on where the server supports it.
func (p Profile) MayUseDPoP() bool { return p.DPoP || p.SecurityProfile == FAPI2 }

// ReadsStdin reports whether the grant presents a token from standard input.
func (p Profile) ReadsStdin() bool {
	switch p.Grant {
	case GrantJWTBearer:
		return p.Assertion.Source.Stdin()
	case GrantTokenExchange:
		return p.Exchange.Subject.Stdin() || p.Exchange.Actor.Stdin()
	}
	return false
}

// GrantType is the name of a grant in token requests and metadata.
func GrantType(grant string) string {
	const urn = "urn:ietf:params:oauth:grant-type:"
	switch grant {
	case GrantDeviceCode:
		return urn + "device_code" // RFC 8628 §3.4
	case GrantJWTBearer:
		return urn + "jwt-bearer" // RFC 7523 §2.1
	case GrantTokenExchange:
		return urn + "token-exchange" // RFC 8693 §2.1
	}
	return grant // RFC 6749 §4.1.3, §4.4.2
}

// Never is the lifetime of tokens that do not expire.
const Never = form.Never

// The stores, by their names in a profile.
const (
	StoreKeychain = "keychain"
	StoreFile     = "file"
	StoreNone     = "none" // tokens are not kept for the next process
)

// FAPI2 is the FAPI 2.0 Security Profile.
const FAPI2 = "fapi2"
