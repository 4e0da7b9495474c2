package demoas

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Client authentication methods, by their names in RFC 7591 §2.
const (
	AuthNone              = "none"
	AuthClientSecretBasic = "client_secret_basic"
	AuthClientSecretPost  = "client_secret_post"
)

// The grant types of the server.
const (
	GrantCode    = "authorization_code"
	GrantRefresh = "refresh_token"
)

// Config configures a [Server]. The zero Config is that of the demo.
type Config struct {
	// Clients are the registered clients; by default [DemoClient] alone.
	Clients []Client
	// AccessTokenLifetime is an hour by default.
	AccessTokenLifetime time.Duration
	// Prefix begins every code, token and secret that is issued, so that a leaked one can be searched for.
	Prefix string
	// Now returns the time; time.Now by default.
	Now func() time.Time
	// Observe, if not nil, is called after each request was answered, from the goroutine that answered it.
	Observe func(Event)
	// Wrap, if not nil, returns the handler that is used for the endpoint in place of h. It is for the tests' server.
	Wrap func(endpoint string, h http.HandlerFunc) http.HandlerFunc
}

// Client is a registered client.
type Client struct {
	ID   string
	Name string // for the consent page; ID by default
	// Secret is empty for a public client.
	Secret string
	// RedirectURIs on 127.0.0.1, [::1] and localhost match with any port, others must be equal.
	RedirectURIs []string
	// AuthMethod is one of the Auth constants. By default it is "none" without a Secret, and basic or post with one.
	AuthMethod string
	// GrantTypes are those that the client may use; all by default.
	GrantTypes []string
}

// DemoClient returns the public client of a server without configured clients.
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
	c.AccessTokenLifetime = cmp.Or(c.AccessTokenLifetime, time.Hour)
	if c.Now == nil {
		c.Now = time.Now
	}
	return c
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
	default:
		return fmt.Errorf("unknown authentication method %q", c.AuthMethod)
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

// Public reports whether the client has no secret.
func (c Client) Public() bool { return c.Secret == "" }

// MayUse reports whether the client is registered for the grant type.
func (c Client) MayUse(grantType string) bool {
	return len(c.GrantTypes) == 0 || slices.Contains(c.GrantTypes, grantType)
}

func (c Client) displayName() string { return cmp.Or(c.Name, c.ID) }

func parseIssuer(issuer string) (*url.URL, error) {
	u, err := url.Parse(issuer)
	if err != nil {
		return nil, fmt.Errorf("issuer: %w", err)
	}
	// RFC 8414 §2: "a URL that uses the "https" scheme and has no query or fragment components". Plain http is allowed here,
	// since the server listens on loopback.
	if (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil || strings.ContainsAny(issuer, "?#") {
		return nil, fmt.Errorf("issuer %q: want scheme://host[:port][/path]", issuer)
	}
	// A final slash would be doubled in every endpoint, braces would be wildcards in the patterns of the mux.
	if strings.HasSuffix(u.Path, "/") || strings.ContainsAny(u.Path, "{}") {
		return nil, fmt.Errorf("issuer %q: it must not have a final slash or braces", issuer)
	}
	return u, nil
}
