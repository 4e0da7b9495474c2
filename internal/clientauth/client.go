package clientauth

import (
	"net/http"
	"net/url"
	"time"

	"github.com/oauthget/oauthget/internal/signing"
	"github.com/oauthget/oauthget/internal/token"
)

// Client is the client as its authorization server knows it, with what proves it. All fields but ID may be empty, as far
// as Method does not need them.
type Client struct {
	ID        string
	Method    Method
	Secret    token.Secret
	Key       *signing.Key
	Assertion Assertion        // for the two methods that send a JWT
	Now       func() time.Time // the clock; time.Now where nil
}

// Authenticate proves who sends the request to which form belongs: it returns the header, and adds to form what goes into
// the body. It is to be called anew for each attempt: an assertion is good for one request.
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

// Secrets are the client's secret in the forms in which a request bears it, and a server may echo it.
func (c Client) Secrets() []token.Secret {
	if c.Secret.Empty() {
		return nil
	}
	return []token.Secret{token.NewSecret(c.basic()), token.NewSecret(c.pair()), c.Secret}
}
