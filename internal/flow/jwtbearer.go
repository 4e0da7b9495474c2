package flow

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/issuer"
	"github.com/oauthget/oauthget/internal/signing"
	"github.com/oauthget/oauthget/internal/token"
)

// JWTBearer runs the JWT bearer grant (RFC 7523 §2.1): it presents assertion or, if that is empty, one signed with the
// client's key.
func (c *Client) JWTBearer(ctx context.Context, assertion token.Secret) (token.Set, error) {
	if err := c.begin(config.GrantJWTBearer); err != nil {
		return token.Set{}, err
	}
	if assertion.Empty() {
		var err error
		if assertion, err = c.signAssertion(); err != nil {
			return token.Set{}, fmt.Errorf("%s: %w", opPresent, err)
		}
	}
	if err := c.CheckAssertion(assertion); err != nil {
		return token.Set{}, err
	}
	return c.obtain(ctx, opPresent, url.Values{"grant_type": {config.GrantType(config.GrantJWTBearer)}, "assertion": {assertion.Reveal()}})
}

const opPresent = "present assertion"

// CheckAssertion returns a *config.Error if JWTBearer cannot present assertion.
func (c *Client) CheckAssertion(assertion token.Secret) error {
	// RFC 7523 §2.1: "The value of the "assertion" parameter MUST contain a single JWT."
	if isCompact(assertion.Reveal()) {
		return nil
	}
	key := cmp.Or(c.Profile.Assertion.Source.Key, "assertion")
	return &config.Error{
		Key: key, Err: fmt.Errorf("%s: %s is not a JWT", opPresent, key),
		Advice: "give a JWT and nothing else: three base64url parts separated by dots",
	}
}

// isCompact reports whether text has the form of a JWT, signed (RFC 7515 §7.1) or encrypted (RFC 7516 §7.1).
func isCompact(text string) bool {
	dots := strings.Count(text, ".")
	return (dots == 2 || dots == 4) && !strings.ContainsFunc(text, func(r rune) bool {
		return r > 'z' || !strings.ContainsRune("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.", r)
	})
}

// assertionLife is how long an assertion is valid: it is used at once, and a clock may be a minute off. Some servers
// refuse more than three minutes.
const assertionLife = 2 * time.Minute

// signAssertion makes an assertion with the claims of RFC 7523 §3: "The JWT MUST contain an "iss" (issuer) claim", "a
// "sub" (subject) claim", "an "aud" (audience) claim" and "an "exp" (expiration time) claim".
func (c *Client) signAssertion() (token.Secret, error) {
	alg, err := c.assertionAlgorithm()
	if err != nil {
		return token.Secret{}, err
	}
	now := c.Now()
	jwt, err := c.Auth.Key.Sign(alg, signing.Header{}, map[string]any{
		"iss": c.Profile.ClientID,
		"sub": cmp.Or(c.Profile.Assertion.Subject, c.Profile.ClientID),
		// RFC 7523 §3: the aud "identifies the authorization server as an intended audience. The token endpoint URL of the
		// authorization server MAY be used".
		"aud": cmp.Or(c.Profile.Assertion.Audience, issuer.Audience(c.Server.Issuer, c.Server.TokenEndpoint)),
		"jti": rand.Text(), "iat": now.Unix(), "exp": now.Add(assertionLife).Unix(),
	})
	return token.NewSecret(jwt), err
}

// assertionAlgorithm chooses the algorithm of an assertion. Metadata has no member for this grant; what the server
// accepts in client assertions, the other half of RFC 7523, is closest.
func (c *Client) assertionAlgorithm() (string, error) {
	key, supported := c.Auth.Key, c.algorithms(c.Server.TokenEndpointAuthSigningAlgValuesSupported)
	if key == nil {
		return "", errors.New("there is no client_key_file to sign it with")
	}
	return key.AssertionAlgorithm(supported)
}
