package flow

import (
	"fmt"
	"maps"
	"net/url"
	"strings"

	"golang.org/x/oauth2"

	"github.com/oauthget/oauthget/internal/untrusted"
)

// parameters are those of the authorization request, whatever way it goes to the server (RFC 6749 §4.1.1): all of them,
// gathered in this one place. golang.org/x/oauth2's AuthCodeURL sets a parameter once; resource (RFC 8707 §2) and others
// may be repeated.
func (c *Client) parameters(l login) url.Values {
	params := url.Values{
		"response_type": {"code"}, "client_id": {c.Profile.ClientID}, "redirect_uri": {l.redirectURI}, "state": {l.state},
	}
	if len(c.Profile.Scopes) > 0 {
		params.Set("scope", strings.Join(c.Profile.Scopes, " "))
	}
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
	if len(c.Profile.Resource) > 0 {
		params["resource"] = c.Profile.Resource
	}
	if len(c.Profile.Audience) > 0 {
		params["audience"] = c.Profile.Audience
	}
	maps.Copy(params, openIDParameters(c.Profile.OpenID))
	maps.Copy(params, c.Profile.AuthorizationParameters)
	return params
}

// authorizationRequest makes the request that goes through the browser.
func (c *Client) authorizationRequest(l login) (AuthorizationRequest, error) {
	u, err := extend(c.Server.AuthorizationEndpoint, c.parameters(l))
	if err != nil {
		return AuthorizationRequest{}, err
	}
	return AuthorizationRequest{u, l.redirectURI}, nil
}

// extend adds params to what the authorization endpoint has in its own query.
func extend(endpoint string, params url.Values) (*url.URL, error) {
	const op = "prepare authorization request"
	if err := checkQuery(endpoint, params); err != nil {
		return nil, &untrusted.Error{Op: op, Err: fmt.Errorf("authorization_endpoint %w", err)}
	}
	u, err := url.Parse(endpoint)
	if err != nil {
		return nil, fmt.Errorf("read authorization_endpoint: %w", err) // not reached: checkQuery has parsed it
	}
	query := u.Query()
	maps.Copy(query, params)
	u.RawQuery = query.Encode()
	return u, nil
}
