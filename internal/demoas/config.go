package demoas

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// Client authentication methods, by their names in the registry of RFC 7591 §2.
const (
	AuthNone              = "none"
	AuthClientSecretBasic = "client_secret_basic"
	AuthClientSecretPost  = "client_secret_post"
	AuthClientSecretJWT   = "client_secret_jwt"
	AuthPrivateKeyJWT     = "private_key_jwt"
)

// Config says whom the server knows and how it behaves. The zero Config knows [DemoClient] alone and behaves well.
//
// The names in the tags are for tests that have their configuration as text.
type Config struct {
	Clients []Client `json:"clients"` // nobody else is served, but who registers
	// AccessTokenLifetime is an hour where it is zero.
	AccessTokenLifetime time.Duration `json:"-"`
	// Prefix begins every secret that is issued, so that a search for it finds one that leaked. A JWT cannot bear it.
	Prefix string `json:"-"`
	// Now is time.Now where it is nil.
	Now func() time.Time `json:"-"`
	// AutoApprove answers authorization requests at once, as if a person had signed in and allowed them.
	AutoApprove bool `json:"auto_approve"`
	// DenyAll answers them at once with access_denied; it outranks AutoApprove.
	DenyAll bool `json:"deny_all"`
	Features
	Faults Faults `json:"faults"`
	// Observe is told of each request after it was answered, from the goroutine that did. It may be nil.
	Observe func(Event) `json:"-"`
}

// Client is a registered client.
type Client struct {
	ID   string
	Name string // for the consent page; the ID where it is empty
	// Secret is empty for a public client.
	Secret string
	// RedirectURIs on 127.0.0.1, [::1] and localhost match with any port, others only as they are written.
	RedirectURIs []string
	// AuthMethod is one of the Auth constants. Empty means "none" without a Secret, and either way of sending it with one.
	AuthMethod string
	// JWKS are the public keys for private_key_jwt, for assertions of the JWT bearer grant and for request objects.
	JWKS *jose.JSONWebKeySet
	// GrantTypes are those the client may use; all that are on where there are none.
	GrantTypes []string
	// DPoPBound wants a DPoP proof with each token request, where DPoP is on.
	DPoPBound bool
}

// DemoClient is the public client that a server without configured clients knows.
func DemoClient() Client {
	return Client{
		ID: "demo", Name: "oauthget demo",
		RedirectURIs: []string{"http://127.0.0.1/callback", "http://[::1]/callback", "http://localhost/callback"},
	}
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

func (c Config) clientsByID() (map[string]Client, error) {
	clients := make(map[string]Client, len(c.Clients))
	for _, client := range c.Clients {
		if _, twice := clients[client.ID]; twice {
			return nil, fmt.Errorf("client %q is there twice", client.ID)
		}
		if err := client.check(); err != nil {
			return nil, fmt.Errorf("client %q: %w", client.ID, err)
		}
		clients[client.ID] = client
	}
	return clients, nil
}

func (c Client) check() error {
	switch c.AuthMethod {
	case "":
	case AuthNone:
		if c.Secret != "" {
			return errors.New("method none, but there is a secret")
		}
	case AuthClientSecretBasic, AuthClientSecretPost:
		if c.Secret == "" {
			return fmt.Errorf("method %s needs a secret", c.AuthMethod)
		}
	case AuthClientSecretJWT:
		// RFC 7518 §3.2: "A key of the same size as the hash output (for instance, 256 bits for "HS256") or larger MUST be used".
		if len(c.Secret) < 32 {
			return fmt.Errorf("method %s needs a secret of 32 bytes", c.AuthMethod)
		}
	case AuthPrivateKeyJWT:
		if c.JWKS == nil {
			return fmt.Errorf("method %s needs keys", c.AuthMethod)
		}
	default:
		return fmt.Errorf("unknown authentication method %q", c.AuthMethod)
	}
	if err := c.checkKeys(); err != nil {
		return err
	}
	if c.ID == "" {
		return errors.New("no client_id")
	}
	for _, uri := range c.RedirectURIs {
		if _, err := parseRedirectURI(uri); err != nil {
			return fmt.Errorf("redirect URI %q: %w", uri, err)
		}
	}
	return nil
}

func (c Client) checkKeys() error {
	if c.JWKS == nil {
		return nil
	}
	for _, key := range c.JWKS.Keys {
		if !key.Valid() || !key.IsPublic() {
			return errors.New("a key is not public")
		}
	}
	return nil
}

func (c Client) public() bool {
	return c.AuthMethod == AuthNone || c.AuthMethod == "" && c.Secret == ""
}

func (c Client) mayUse(grantType string) bool {
	return len(c.GrantTypes) == 0 || slices.Contains(c.GrantTypes, grantType)
}

// asserts reports whether the client authenticates with a JWT.
func (c Client) asserts() bool {
	return c.AuthMethod == AuthPrivateKeyJWT || c.AuthMethod == AuthClientSecretJWT
}

func (c Client) displayName() string {
	if c.Name == "" {
		return c.ID
	}
	return c.Name
}

func parseIssuer(issuer string) (*url.URL, error) {
	u, err := url.Parse(issuer)
	if err != nil {
		return nil, fmt.Errorf("issuer: %w", err)
	}
	// RFC 8414 §2: "a URL that uses the "https" scheme and has no query or fragment components". Plain http is this
	// server's one exception, as it lives on loopback.
	if (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil || strings.ContainsAny(issuer, "?#") {
		return nil, fmt.Errorf("issuer %q: want scheme://host[:port][/path]", issuer)
	}
	// A final slash would be doubled in every endpoint, braces would be wildcards in the patterns of the mux.
	if strings.HasSuffix(u.Path, "/") || strings.ContainsAny(u.Path, "{}") {
		return nil, fmt.Errorf("issuer %q: no final slash and no braces, please", issuer)
	}
	return u, nil
}
