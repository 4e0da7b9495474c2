// Package flow obtains tokens: one file a grant, over golang.org/x/oauth2.
//
// It speaks RFC 6749 (authorization code, client credentials and refresh), RFC 7523 §2.1 (JWT bearer), RFC 7636 (PKCE),
// RFC 8252 (native apps), RFC 8628 (device authorization), RFC 8693 (token exchange), RFC 8707 (resource indicators),
// RFC 9101 (signed requests), RFC 9126 (pushed requests), RFC 9207 (iss), RFC 9396 (authorization details), RFC 9449
// (DPoP), JARM (signed responses), the FAPI 2.0 Security Profile and OpenID Connect Core. It deliberately keeps nothing
// and prints nothing: whoever calls it stores the token set, and tells the person through Client.Observe and Client.Warn.
package flow

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/oauthget/oauthget/internal/clientauth"
	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/discovery"
	"github.com/oauthget/oauthget/internal/token"
)

// Client obtains tokens from one authorization server for one profile. All fields are required, unless their
// comment says otherwise.
type Client struct {
	Profile config.Profile
	// Server is the server's metadata with the profile's own endpoints laid over it; see [Server].
	Server discovery.Metadata
	// HTTP is the client from package endpoint.
	HTTP *http.Client
	// Auth is who the client is, and how it proves that.
	Auth clientauth.Client
	// Keys returns the server's JWK Set; fresh asks for one that is not from a cache. Needed where Server has a jwks_uri.
	Keys func(ctx context.Context, fresh bool) ([]byte, error)
	// Open shows the authorization request to the person and opens the browser, without waiting for it. A login that
	// nobody can have seen is ended through its context.
	Open func(ctx context.Context, request AuthorizationRequest)
	// Paste asks the person for the address that the browser ended at, until deliver takes one or ctx ends; nil for nobody.
	Paste func(ctx context.Context, deliver func(pasted string) error)
	// ShowCode shows the person where to enter a device login's code, without waiting for them. Needed by DeviceCode alone.
	ShowCode func(ctx context.Context, d DeviceAuthorization)
	// Accept has the last word on what a login brought, before the browser shows that it succeeded; nil accepts. It may
	// add to the set.
	Accept func(ctx context.Context, set token.Set) (token.Set, error)
	// Patience is how long the person has to act in the browser. It bounds no request.
	Patience time.Duration
	// Now is the clock.
	Now func() time.Time
	// Observe is told each step as it happens; nil for nobody.
	Observe func(Event)
	// Warn is told, in one line, what the person should know of a grant that succeeded; nil for nobody.
	Warn func(text string)

	nonces *nonces // see heard
}

// ErrPatience ends a login in which the person did not act within Client.Patience.
var ErrPatience = errors.New("nobody finished the login in the browser in time")

func (c *Client) observe(e Event) {
	if c.Observe != nil {
		c.Observe(e)
	}
}

func (c *Client) warn(text string) {
	if c.Warn != nil {
		c.Warn(text)
	}
}
