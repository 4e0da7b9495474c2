// Package config turns the profile file, the environment and the command line into one plain Profile, tells where each
// of its values came from, and edits the file in place.
//
// The file is TOML and its keys bear the wire names of RFC 6749, RFC 8414, RFC 8628, RFC 9126 and OpenID Connect
// Discovery. The syntax is go-toml's; what stands here is the meaning: which keys there are, what they may hold, and an
// error that names the line to change. All of it is checked before any network is touched.
//
// It deliberately opens no socket, fetches no metadata, asks no person, and shows no secret: an error names a key and
// never what the key holds.
package config

import (
	"net/url"
	"slices"
)

// Profile is everything the layers above know about a client and its authorization server. It is the only shape; no
// field is of interest to this package alone.
type Profile struct {
	Name   string // empty where flags or the environment alone describe the client
	Issuer string // the issuer identifier (RFC 8414 §2); empty where endpoints are given instead
	Endpoints
	ClientID     string
	ClientSecret SecretSource
	// TokenEndpointAuthMethod is a name of the IANA registry (RFC 7591 §2), or empty: then what is configured and what
	// the metadata supports decide.
	TokenEndpointAuthMethod string
	ClientKey               ClientKey
	TLS                     TLS
	Grant                   string   // a value of the key "grant"
	Scopes                  []string // RFC 6749 §3.3, in the order given
	Audience                []string
	Resource                []string // RFC 8707 §2
	AuthorizationDetails    string   // a JSON array (RFC 9396 §2); empty for none
	Assertion               Assertion
	Exchange                Exchange
	OpenID                  OpenID
	RedirectURI             string // empty for the default; without a port any free one is taken (RFC 8252 §7.3)
	RedirectPorts           []int  // the ports to try, in order; empty for any free one
	ListenAddress           string // host or host:port to bind where the redirect URI's own host is not it
	ResponseMode            string // a value of "response_mode"
	AuthorizationParameters url.Values
	TokenParameters         url.Values
	TokenHeaders            url.Values // header fields of the token request, by name
	PKCE                    bool       // RFC 7636
	RequirePAR              bool       // no authorization request without a pushed one (RFC 9126)
	WithoutPAR              bool       // none that is pushed: the profile says that it requires none
	RequestObjectSigningAlg string     // signs the authorization request (RFC 9101); empty for none
	DPoP                    bool       // RFC 9449
	DPoPAllowBearer         bool       // a Bearer token will do where DPoP was asked for
	SecurityProfile         string     // a value of "security_profile", or empty
	APIHosts                []string   // hosts, with or without a port, that may be sent the access token; empty for any
	Store                   string     // a value of "store"
	IdentityFile            string     // the private key that opens the file store; empty where something else does
	PassphraseCommand       []string   // a program and its arguments, that print the file store's passphrase
	Account                 string     // whom to sign in as; empty for whoever does
	Browser                 string     // a command, as in $BROWSER; empty for the platform's opener
}

// ClientKey is the private key with which the client signs: its authentication (RFC 7523 §3), its request objects
// (RFC 9101) and its assertions (RFC 7523 §2.1).
type ClientKey struct {
	File              string // PEM or JWK; empty for none
	ID                string // kid; empty for the JWK's own, or none
	AssertionAudience string // aud of client assertions; empty for the issuer
}

// TLS is what a connection to the server needs beyond the system's certificates (RFC 8705).
type TLS struct {
	CertificateFile string // PEM, the client's own first
	KeyFile         string // PEM
	CAFile          string // PEM, trusted beside the system's
}

// Assertion is what the grant jwt_bearer presents (RFC 7523 §2.1).
type Assertion struct {
	Source   SecretSource // empty for one that the client's key signs, which has:
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
	MaxAge                                  string // seconds, in decimal
	Claims                                  string // a JSON object
	IDTokenSignedResponseAlg                string // OpenID Connect Registration §2; empty for any asymmetric one
}

// Endpoints override or replace what the metadata says. An empty one leaves it to the metadata.
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

// DefaultRedirectURI is the redirect URI where a profile names none. RFC 8252 §7.3 recommends the IP literal over
// localhost, which may resolve to an interface that is not loopback; the port is whichever is free.
const DefaultRedirectURI = "http://127.0.0.1/callback"

// The grants, by their names in a profile.
const (
	GrantAuthorizationCode = "authorization_code" // RFC 6749 §4.1
	GrantDeviceCode        = "device_code"        // RFC 8628
	GrantClientCredentials = "client_credentials" // RFC 6749 §4.4
	GrantJWTBearer         = "jwt_bearer"         // RFC 7523 §2.1
	GrantTokenExchange     = "token_exchange"     // RFC 8693
)

// NeedsPerson reports whether the profile's grant is one in which a person signs in: without one nothing is obtained.
func (p Profile) NeedsPerson() bool { return needsPerson(p.Grant) }

func needsPerson(grant string) bool {
	return !slices.Contains([]string{GrantClientCredentials, GrantJWTBearer, GrantTokenExchange}, grant)
}

// ReadsStdin reports whether the grant presents what standard input holds.
func (p Profile) ReadsStdin() bool {
	switch p.Grant {
	case GrantJWTBearer:
		return p.Assertion.Source.Stdin()
	case GrantTokenExchange:
		return p.Exchange.Subject.Stdin() || p.Exchange.Actor.Stdin()
	}
	return false
}

// GrantType is the name under which a token request and metadata know a grant.
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

// FAPI2 is the FAPI 2.0 Security Profile.
const FAPI2 = "fapi2"
