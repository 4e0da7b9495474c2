package clientauth

import (
	"encoding/base64"
	"net/http"
	"net/url"

	"github.com/oauthget/oauthget/internal/signing"
	"github.com/oauthget/oauthget/internal/token"
)

// Client is the client as its authorization server knows it, with what proves it. All fields but ID may be empty, as far
// as Method does not need them.
type Client struct {
	ID     string
	Method Method
	Secret token.Secret
	Key    *signing.Key
	// Algorithms are those that Key may sign with here, as a security profile allows; empty for any.
	Algorithms []string
}

// Authenticate proves who sends the request to which form belongs: it returns the header, and adds to form what goes into
// the body. It is to be called anew for each attempt.
func (c Client) Authenticate(form url.Values) (http.Header, error) {
	header := http.Header{}
	if c.Method == Basic {
		header.Set("Authorization", "Basic "+c.basic())
		return header, nil
	}
	form.Set("client_id", c.ID)
	if c.Method == Post {
		form.Set("client_secret", c.Secret.Reveal())
	}
	return header, nil
}

// basic is what HTTP Basic sends. RFC 6749 §2.3.1: "The client identifier is encoded using the
// "application/x-www-form-urlencoded" encoding algorithm …, and the encoded value is used as the username; the client
// password is encoded using the same algorithm and used as the password."
func (c Client) basic() string { return base64.StdEncoding.EncodeToString([]byte(c.pair())) }

func (c Client) pair() string {
	return url.QueryEscape(c.ID) + ":" + url.QueryEscape(c.Secret.Reveal())
}

// Secrets are the client's secret in the forms in which a request bears it, and a server may echo it.
func (c Client) Secrets() []token.Secret {
	if c.Secret.Empty() {
		return nil
	}
	return []token.Secret{token.NewSecret(c.basic()), token.NewSecret(c.pair()), c.Secret}
}
