// Package flow obtains tokens with golang.org/x/oauth2, one file a grant.
//
// It implements RFC 6749 (authorization code, client credentials and refresh), RFC 7523 §2.1 (JWT bearer), RFC 7636
// (PKCE), RFC 8252 (native apps), RFC 8628 (device authorization), RFC 8693 (token exchange), RFC 8707 (resource
// indicators), RFC 9101 (signed requests), RFC 9126 (pushed requests), RFC 9207 (iss), RFC 9396 (authorization
// details), RFC 9449 (DPoP), JARM (signed responses), the FAPI 2.0 Security Profile and OpenID Connect Core. It stores
// and prints nothing: the caller stores the token set, and learns through Client.Observe and Client.Warn what to show.
package flow

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"net/http"
	"time"

	"github.com/oauthget/oauthget/internal/clientauth"
	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/discovery"
	"github.com/oauthget/oauthget/internal/token"
)

// Client obtains tokens from one authorization server for one profile. Fields are required unless their comment says
// otherwise.
type Client struct {
	Profile config.Profile
	// Server is the server's metadata, overridden by the profile's endpoints; see [Server].
	Server discovery.Metadata
	// HTTP is a client from package endpoint.
	HTTP *http.Client
	// Auth identifies and authenticates the client.
	Auth clientauth.Client
	// Keys returns the server's JWK Set; fresh bypasses the cache. Required if Server has a jwks_uri.
	Keys func(ctx context.Context, fresh bool) ([]byte, error)
	// Open shows the authorization request to the user and opens the browser, without waiting for it. If nobody can
	// have seen the request, it cancels ctx. It is called again for each request that replaces one (Renewed).
	Open func(ctx context.Context, request AuthorizationRequest)
	// Unanswered is called if no answer to the request came for a while. May be nil.
	Unanswered func(request AuthorizationRequest)
	// RedirectCertificate is shown to the browser at an https redirect URI. May be nil.
	RedirectCertificate *tls.Certificate
	// Paste asks the user for the address that the browser ended at, until deliver accepts one or ctx ends. May be nil.
	Paste func(ctx context.Context, deliver func(pasted string) error)
	// ShowCode shows the user where to enter the code of a device login, and returns at once. Required by DeviceCode
	// only.
	ShowCode func(ctx context.Context, d DeviceAuthorization)
	// Identify asks the UserInfo endpoint who logged in, if no ID Token says.
	Identify bool
	// Stored is the token set that a login replaces: one as another user is refused, before the browser reports success.
	// Zero accepts any user.
	Stored token.Set
	// Patience is how long the user has to act in the browser. It does not limit requests.
	Patience time.Duration
	// Now is the clock.
	Now func() time.Time
	// IDTokenAlone accepts a token response with an ID Token and no access token.
	IDTokenAlone bool
	// Observe receives each step as it happens. May be nil.
	Observe func(Event)
	// Warn receives one line about a grant that succeeded, for the user. May be nil.
	Warn func(text string)

	nonces *nonces // see dpopNonces
}

// ErrPatience is returned if the user did not act within Client.Patience.
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

// Server returns m with the endpoints that the profile sets. Without an issuer, m is otherwise empty.
//
// If the profile has a certificate, the server's aliases for mutual TLS replace the other published endpoints, whether
// the client authenticates with the certificate or only binds its tokens to it (RFC 8705 §3, §4).
func Server(m discovery.Metadata, p config.Profile) discovery.Metadata {
	if p.TLS.CertificateFile != "" {
		m = m.WithAliases()
	}
	for published, own := range map[*string]string{
		&m.AuthorizationEndpoint:              p.AuthorizationEndpoint,
		&m.TokenEndpoint:                      p.TokenEndpoint,
		&m.DeviceAuthorizationEndpoint:        p.DeviceAuthorizationEndpoint,
		&m.PushedAuthorizationRequestEndpoint: p.PushedAuthorizationRequestEndpoint,
		&m.RevocationEndpoint:                 p.RevocationEndpoint,
		&m.IntrospectionEndpoint:              p.IntrospectionEndpoint,
		&m.UserinfoEndpoint:                   p.UserinfoEndpoint,
		&m.RegistrationEndpoint:               p.RegistrationEndpoint,
		&m.JWKSURI:                            p.JWKSURI,
	} {
		*published = cmp.Or(own, *published)
	}
	return m
}
