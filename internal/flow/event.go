package flow

import (
	"net/url"
	"time"

	"github.com/oauthget/oauthget/internal/clientauth"
	"github.com/oauthget/oauthget/internal/token"
)

// Event is one step of a flow. The types are listed in the order in which they occur. Events contain secrets: show them
// only through package trace.
type Event interface{ event() }

// PushedRequest is about to be sent to the pushed authorization request endpoint (RFC 9126 §2.1).
type PushedRequest struct {
	Endpoint   string
	Auth       clientauth.Method
	Parameters url.Values
}

// PushedResponse is its answer (RFC 9126 §2.2).
type PushedResponse struct {
	RequestURI string
	Lifetime   time.Duration // 0 if unknown
}

// AuthorizationRequest is sent through the browser (RFC 6749 §4.1.1).
type AuthorizationRequest struct {
	URL         *url.URL
	RedirectURI string        // with the actual port
	Lifetime    time.Duration // how long URL can be opened; 0 if nothing is known to end it
	Renewed     bool          // URL replaces one that can no longer be opened, in the same login
}

// AuthorizationResponse arrived at the redirect URI (RFC 6749 §4.1.2, §4.1.2.1) with the right state. It may still be
// refused.
type AuthorizationResponse struct {
	RedirectURI string
	Parameters  url.Values
	FromIssuer  bool // iss is there and names the expected server (RFC 9207 §2.4)
	Signed      bool // it is a JWT that the issuer signed for this client (JARM §2.4)
}

// DeviceRequest is about to be sent to the device authorization endpoint (RFC 8628 §3.1).
type DeviceRequest struct {
	Endpoint   string
	ClientID   string
	Auth       clientauth.Method
	Parameters url.Values
}

// DeviceResponse is its answer (RFC 8628 §3.2).
type DeviceResponse struct {
	DeviceAuthorization
	Interval time.Duration
}

// TokenRequest is about to be sent to the token endpoint (RFC 6749 §4.1.3, §6).
type TokenRequest struct {
	Endpoint   string
	ClientID   string
	Auth       clientauth.Method
	Parameters url.Values
	Proof      token.Secret // for DPoP (RFC 9449 §4); may be empty
}

// ValidIDToken reports that an ID Token passed validation (OpenID Connect Core §3.1.3.7).
type ValidIDToken struct {
	Nonce     bool // one was sent and matches
	Symmetric bool // authenticated by the client secret, not by the issuer's key
}

// TokenResponse is the result of a token request, checked (RFC 6749 §5.1).
type TokenResponse struct {
	Set token.Set
	// ScopeAsAsked reports that a scope was requested and granted exactly. A refresh does not compare them.
	ScopeAsAsked bool
}

// Ignored reports a part of a token response that was left out because nothing depends on it.
type Ignored struct{ What string }

// UserUnknown reports that the UserInfo endpoint did not say who logged in, where nothing else does.
type UserUnknown struct{ Err error }

func (PushedRequest) event()         {}
func (PushedResponse) event()        {}
func (AuthorizationRequest) event()  {}
func (AuthorizationResponse) event() {}
func (DeviceRequest) event()         {}
func (DeviceResponse) event()        {}
func (TokenRequest) event()          {}
func (ValidIDToken) event()          {}
func (TokenResponse) event()         {}
func (Ignored) event()               {}
func (UserUnknown) event()           {}
