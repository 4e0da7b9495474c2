package testas

import (
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/oauthget/oauthget/internal/demoas"
	"github.com/oauthget/oauthget/internal/demoas/registration"
)

// Client authentication methods that demoas does not have.
const (
	AuthClientSecretJWT = "client_secret_jwt"
	AuthPrivateKeyJWT   = "private_key_jwt"
)

// Config configures a [Server]. The zero Config has the demo's client, no features and no faults.
//
// The names in the tags are for tests whose configuration is text.
type Config struct {
	Clients             []Client         `json:"clients"`
	AccessTokenLifetime time.Duration    `json:"-"` // an hour by default
	Prefix              string           `json:"-"` // begins every code, token and secret that is issued; a JWT cannot have it
	Now                 func() time.Time `json:"-"` // time.Now by default
	// AutoApprove answers authorization requests at once, as if a person had signed in and allowed them.
	AutoApprove bool `json:"auto_approve"`
	// DenyAll answers them at once with access_denied. It overrides AutoApprove.
	DenyAll bool `json:"deny_all"`
	Features
	Faults  Faults             `json:"faults"`
	Observe func(demoas.Event) `json:"-"`
}

// Client is a registered client; see [demoas.Client].
type Client struct {
	ID, Name, Secret string
	RedirectURIs     []string
	AuthMethod       string // may be client_secret_jwt or private_key_jwt too
	GrantTypes       []string
	// JWKS are the public keys for private_key_jwt, for assertions of the JWT bearer grant and for request objects.
	JWKS *jose.JSONWebKeySet
	// DPoPBound requires a DPoP proof in each token request if DPoP is on.
	DPoPBound bool

	// stand is what demoas knows as the secret of a client that authenticates with a JWT. See asserted.
	stand string
}

// DemoClient returns the client of the demo.
func DemoClient() Client {
	c := demoas.DemoClient()
	return Client{ID: c.ID, Name: c.Name, RedirectURIs: c.RedirectURIs}
}

func (c Config) withDefaults() Config {
	if len(c.Clients) == 0 {
		c.Clients = []Client{DemoClient()}
	}
	if c.AccessTokenLifetime == 0 {
		c.AccessTokenLifetime = time.Hour
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	c.Features = c.Features.withDefaults()
	c.ClientAssertions = c.ClientAssertions || slices.ContainsFunc(c.Clients, Client.asserts)
	return c
}

// asserts reports whether the client authenticates with a JWT.
func (c Client) asserts() bool {
	return c.AuthMethod == AuthPrivateKeyJWT || c.AuthMethod == AuthClientSecretJWT
}

func (c Client) check() error {
	if c.AuthMethod == AuthPrivateKeyJWT && c.JWKS == nil {
		return errors.New("method private_key_jwt needs keys")
	}
	// RFC 7518 §3.2: "A key of the same size as the hash output (for instance, 256 bits for "HS256") or larger MUST be used".
	if c.AuthMethod == AuthClientSecretJWT && len(c.Secret) < 32 {
		return fmt.Errorf("method %s needs a secret of 32 bytes", c.AuthMethod)
	}
	if c.JWKS != nil && slices.ContainsFunc(c.JWKS.Keys, func(k jose.JSONWebKey) bool { return !k.Valid() || !k.IsPublic() }) {
		return errors.New("a key is not public")
	}
	return nil
}

// register keeps the client and returns what demoas is to know of it.
func (s *Server) register(c Client) (demoas.Client, error) {
	if err := c.check(); err != nil {
		return demoas.Client{}, err
	}
	known := demoas.Client{
		ID: c.ID, Name: c.Name, Secret: c.Secret, RedirectURIs: c.RedirectURIs, AuthMethod: c.AuthMethod, GrantTypes: c.GrantTypes,
	}
	if c.asserts() {
		c.stand = rand.Text()
		known.Secret, known.AuthMethod = c.stand, demoas.AuthClientSecretPost
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clients[c.ID] = c
	return known, nil
}

// adapt is [registration.Options.Adapt].
func (s *Server) adapt(c *demoas.Client, m registration.Metadata) error {
	known, err := s.register(Client{
		ID: c.ID, Name: c.Name, Secret: c.Secret, RedirectURIs: c.RedirectURIs, AuthMethod: c.AuthMethod, GrantTypes: c.GrantTypes,
		JWKS: m.JWKS, DPoPBound: m.DPoPBound,
	})
	*c = known
	return err
}

// client returns the registered client with that client_id.
func (s *Server) client(id string) (Client, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, known := s.clients[id]
	return c, known
}
