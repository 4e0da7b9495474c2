package flow

import (
	"net/url"
	"time"

	"github.com/oauthget/oauthget/internal/clientauth"
	"github.com/oauthget/oauthget/internal/token"
)

// Event is one step of a flow, in the order in which the types stand here. Events bear secrets as they travel: what
// shows one to a person goes through package trace.
type Event interface{ event() }

// PushedRequest is about to go to the pushed authorization request endpoint (RFC 9126 §2.1).
type PushedRequest struct {
	Endpoint   string
	Auth       clientauth.Method
	Parameters url.Values
}

// PushedResponse came back from there (RFC 9126 §2.2).
type PushedResponse struct {
	RequestURI string
	Lifetime   time.Duration // 0 where the server did not say
}

// AuthorizationRequest goes to the authorization endpoint through the browser (RFC 6749 §4.1.1).
type AuthorizationRequest struct {
	URL         *url.URL
	RedirectURI string // with the port that is listened on
}

// AuthorizationResponse came back to the redirect URI (RFC 6749 §4.1.2, §4.1.2.1), with the state that was sent. It may
// be refused all the same.
type AuthorizationResponse struct {
	RedirectURI string
	Parameters  url.Values
	FromIssuer  bool // iss is there, and names the server that was asked (RFC 9207 §2.4)
	Signed      bool // it came in a JWT that the issuer signed for this client (JARM §2.4)
}

// DeviceRequest is about to go to the device authorization endpoint (RFC 8628 §3.1).
type DeviceRequest struct {
	Endpoint   string
	ClientID   string
	Auth       clientauth.Method
	Parameters url.Values
}

// DeviceResponse came back (RFC 8628 §3.2).
type DeviceResponse struct {
	DeviceAuthorization
	Interval time.Duration
}

// TokenRequest is about to go to the token endpoint (RFC 6749 §4.1.3, §6).
type TokenRequest struct {
	Endpoint   string
	ClientID   string
	Auth       clientauth.Method
	Parameters url.Values
	Proof      token.Secret // of DPoP (RFC 9449 §4); empty without
}

// ValidIDToken says that the ID Token of an answer passed (OpenID Connect Core §3.1.3.7).
type ValidIDToken struct {
	Nonce     bool // one was sent, and is in it
	Symmetric bool // it is authenticated by the client secret, not by the issuer's key
}

// TokenResponse came back, and what it brought has been checked (RFC 6749 §5.1).
type TokenResponse struct {
	Set token.Set
	// ScopeAsAsked says that a scope was asked for and granted, no more and no less. A refresh does not compare them.
	ScopeAsAsked bool
}

func (PushedRequest) event()         {}
func (PushedResponse) event()        {}
func (AuthorizationRequest) event()  {}
func (AuthorizationResponse) event() {}
func (DeviceRequest) event()         {}
func (DeviceResponse) event()        {}
func (TokenRequest) event()          {}
func (ValidIDToken) event()          {}
func (TokenResponse) event()         {}
