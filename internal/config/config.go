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

import "net/url"

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
	Scopes                  []string // RFC 6749 §3.3, in the order given
	Audience                []string
	Resource                []string // RFC 8707 §2
	RedirectURI             string   // empty for the default; without a port any free one is taken (RFC 8252 §7.3)
	RedirectPorts           []int    // the ports to try, in order; empty for any free one
	ListenAddress           string   // host or host:port to bind where the redirect URI's own host is not it
	AuthorizationParameters url.Values
	TokenParameters         url.Values
	PKCE                    bool     // RFC 7636
	Store                   string   // one of Stores
	IdentityFile            string   // the private key that opens the file store; empty where something else does
	PassphraseCommand       []string // a program and its arguments, that print the file store's passphrase
	Account                 string   // whom to sign in as; empty for whoever does
	Browser                 string   // a command, as in $BROWSER; empty for the platform's opener
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

// Stores lists the values of the key "store", the default first.
func Stores() []string { return []string{"keychain", "file", "none"} }

// AuthMethods lists the values of the key "token_endpoint_auth_method".
func AuthMethods() []string {
	return []string{methodNone, methodBasic, methodPost}
}

const (
	methodNone  = "none"
	methodBasic = "client_secret_basic"
	methodPost  = "client_secret_post"
)
