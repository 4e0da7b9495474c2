package flow

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/untrusted"
)

const opPrepare = "prepare authorization request"

// parameters returns the parameters of the authorization request (RFC 6749 §4.1.1), however it is sent.
// golang.org/x/oauth2's AuthCodeURL cannot repeat one, as resource needs (RFC 8707 §2).
func (c *Client) parameters(l login) url.Values {
	params := url.Values{
		"response_type": {"code"}, "client_id": {c.Profile.ClientID}, "redirect_uri": {l.redirectURI}, "state": {l.state},
	}
	c.setScope(params)
	if l.verifier != "" {
		params.Set("code_challenge", oauth2.S256ChallengeFromVerifier(l.verifier))
		params.Set("code_challenge_method", "S256")
	}
	if !l.nonce.Empty() {
		params.Set("nonce", l.nonce.Reveal())
	}
	if l.key != nil {
		// RFC 9449 §10: "The value of the dpop_jkt authorization request parameter is the JWK Thumbprint … of the
		// proof-of-possession public key using the SHA-256 hash function".
		params.Set("dpop_jkt", l.key.Thumbprint())
	}
	if mode := c.Profile.ResponseMode; mode != "" && mode != modeQuery {
		params.Set("response_mode", mode)
	}
	if c.Profile.AuthorizationDetails != "" {
		params.Set("authorization_details", c.Profile.AuthorizationDetails)
	}
	if len(c.Profile.Resource) > 0 {
		params["resource"] = c.Profile.Resource
	}
	if len(c.Profile.Audience) > 0 {
		params["audience"] = c.Profile.Audience
	}
	maps.Copy(params, openIDParameters(c.Profile.OpenID))
	if c.asksForConsent() {
		params.Set("prompt", "consent")
	}
	maps.Copy(params, c.Profile.AuthorizationParameters)
	return params
}

// authorizationRequest makes the request for the browser, signed and pushed if required.
func (c *Client) authorizationRequest(ctx context.Context, l login) (AuthorizationRequest, error) {
	params := c.parameters(l)
	var lifetime time.Duration
	if alg, err := c.requestObjectAlgorithm(); err != nil {
		return AuthorizationRequest{}, err
	} else if alg != "" {
		if params, err = c.sign(params, alg); err != nil {
			return AuthorizationRequest{}, err
		}
		lifetime = requestObjectLife
	}
	if c.pushes() {
		var err error
		if params, lifetime, err = c.push(ctx, params); err != nil {
			return AuthorizationRequest{}, err
		}
	}
	c.nameClientID(params)
	u, err := extend(c.Server.AuthorizationEndpoint, params)
	if err != nil {
		return AuthorizationRequest{}, err
	}
	return AuthorizationRequest{URL: u, RedirectURI: l.redirectURI, Lifetime: lifetime}, nil
}

// extend adds params to the authorization endpoint's own query.
func extend(endpoint string, params url.Values) (*url.URL, error) {
	if err := checkQuery(endpoint, params); err != nil {
		return nil, &untrusted.Error{Op: opPrepare, Err: fmt.Errorf("authorization_endpoint %w", err)}
	}
	u, err := url.Parse(endpoint)
	if err != nil {
		return nil, fmt.Errorf("read authorization_endpoint: %w", err) // not reached: checkQuery parsed it
	}
	query := u.Query()
	maps.Copy(query, params)
	u.RawQuery = query.Encode()
	return u, nil
}

// unsupported is the error for a value of key that is not in the server's metadata.
func unsupported(key, value string, offered []string) error {
	return &config.Error{
		Key: key, Err: fmt.Errorf("%s: %s: the server does not support %s, by its metadata", opPrepare, key, untrusted.Quote(value)),
		Advice: "it supports " + untrusted.Text(strings.Join(offered, ", ")) + ": set " + key + " to one of them, or leave it out",
	}
}

// supports reports whether a metadata member lists value, or is absent.
func supports(listed []string, value string) bool {
	return len(listed) == 0 || slices.Contains(listed, value)
}
