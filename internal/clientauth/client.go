package clientauth

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/oauthget/oauthget/internal/signing"
	"github.com/oauthget/oauthget/internal/token"
)

// Client is a registered client with its credentials. Only the fields that Method needs are required, and ID.
type Client struct {
	ID        string
	Method    Method
	Secret    token.Secret
	Raw       bool // for Basic: neither part is form-encoded first
	Key       *signing.Key
	Assertion Assertion        // for SecretJWT and PrivateKeyJWT
	Now       func() time.Time // the clock; time.Now where nil
}

// Authenticate returns the header, and adds to form the parameters, that authenticate the client. Call it anew for each
// attempt: an assertion is valid for one request.
func (c Client) Authenticate(form url.Values) (http.Header, error) {
	header := http.Header{}
	switch c.Method {
	case Basic:
		header.Set("Authorization", "Basic "+c.basic())
		return header, nil
	case Post:
		form.Set("client_secret", c.Secret.Reveal())
	case SecretJWT, PrivateKeyJWT:
		assertion, err := c.assert()
		if err != nil {
			return nil, err
		}
		form.Set("client_assertion_type", assertionType)
		form.Set("client_assertion", assertion)
	case None, TLS, SelfSignedTLS:
		// RFC 8705 §2: "For all requests to the authorization server utilizing mutual-TLS client authentication, the client
		// MUST include the client_id parameter".
	}
	form.Set("client_id", c.ID)
	return header, nil
}

// At returns the client for an endpoint that lists the methods it supports. A client that sends its secret in a way that is not
// listed sends it in the other way, if that is. Nothing else changes: servers often leave some methods out.
func (c Client) At(supported []string) Client {
	other := map[Method]Method{Basic: Post, Post: Basic}[c.Method]
	if other != "" && !slices.Contains(supported, string(c.Method)) && slices.Contains(supported, string(other)) {
		c.Method = other
	}
	return c
}

// Secrets returns the client's secret, alone and as HTTP Basic carries it: a server may echo either.
func (c Client) Secrets() []token.Secret {
	if c.Secret.Empty() {
		return nil
	}
	return []token.Secret{token.NewSecret(c.basic()), c.Secret}
}

// basic returns the credentials of HTTP Basic. RFC 6749 §2.3.1: "The client identifier is encoded using the
// "application/x-www-form-urlencoded" encoding algorithm …, and the encoded value is used as the username; the client
// password is encoded using the same algorithm and used as the password." Some servers take both as they are.
func (c Client) basic() string {
	id, secret := c.ID, c.Secret.Reveal()
	if !c.Raw {
		id, secret = url.QueryEscape(id), url.QueryEscape(secret)
	}
	return base64.StdEncoding.EncodeToString([]byte(id + ":" + secret))
}
