package flow

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/issuer"
	"github.com/oauthget/oauthget/internal/signing"
)

const (
	// requestObjectLife is how long a request object is valid. The user may take the default timeout, 5 minutes, before
	// the browser sends it; FAPI 1.0 Part 2 §5.2.2 allows an hour.
	requestObjectLife = 10 * time.Minute
	// requestObjectType is the typ that distinguishes a request object from other JWTs of the same key (RFC 9101 §10.8,
	// RFC 8725 §3.11).
	requestObjectType = "oauth-authz-req+jwt"

	keyRequestAlg = "request_object_signing_alg"
)

func (c *Client) checkRequestObject() error {
	_, err := c.requestObjectAlgorithm()
	return err
}

// requestObjectAlgorithm chooses the algorithm that signs the authorization request (RFC 9101); empty if neither the
// profile nor the server asks for it.
func (c *Client) requestObjectAlgorithm() (string, error) {
	alg, supported := c.Profile.RequestObjectSigningAlg, c.algorithms(c.Server.RequestObjectSigningAlgValuesSupported)
	if alg == "" && !c.Server.RequireSignedRequestObject {
		return "", nil
	}
	refuse := func(key string, cause error, advice string) error {
		return &config.Error{Key: key, Err: fmt.Errorf("%s: %w", opPrepare, cause), Advice: advice}
	}
	if c.Auth.Key == nil {
		cause := errors.New("the request must be signed, but there is no client_key_file")
		if alg == "" {
			cause = errors.New("the server accepts only signed requests, but there is no client_key_file")
		}
		return "", refuse("client_key_file", cause, "set client_key_file to the private key whose public key is registered")
	}
	// "The value of aud should be the value of the authorization server (AS) issuer" RFC 9101 §4
	if issuer.Audience(c.Server.Issuer, "") == "" {
		return "", refuse("issuer", errors.New("a signed request must name the issuer, but none is set"), "set issuer in the profile")
	}
	if alg != "" && !supports(supported, alg) {
		return "", unsupported(keyRequestAlg, alg, supported)
	}
	if alg != "" {
		supported = []string{alg}
	}
	alg, err := c.Auth.Key.Algorithm(supported)
	if err != nil {
		return "", refuse(keyRequestAlg, fmt.Errorf("%s: %w", keyRequestAlg, err), "set "+keyRequestAlg+" to one that the key signs with, or client_key_file to another key")
	}
	return alg, nil
}

// sign returns the parameters that carry params as a signed request object.
func (c *Client) sign(params url.Values, alg string) (url.Values, error) {
	claims := requestClaims(params)
	now := c.Now()
	// "If signed, the Authorization Request Object SHOULD contain the Claims iss (issuer) and aud (audience) as
	// members" RFC 9101 §4. There is no sub, which would make it a valid client assertion (§10.8). The jti makes it
	// unique.
	claims["iss"], claims["aud"], claims["jti"] = c.Profile.ClientID, c.Server.Issuer, rand.Text()
	claims["iat"], claims["nbf"], claims["exp"] = now.Unix(), now.Unix(), now.Add(requestObjectLife).Unix()
	object, err := c.Auth.Key.Sign(alg, signing.Header{Type: requestObjectType}, claims)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", opPrepare, err)
	}
	signed := url.Values{"client_id": {c.Profile.ClientID}, "request": {object}}
	// OpenID Connect Core §6.1: "values for the response_type and client_id parameters MUST be included using the OAuth
	// 2.0 request syntax" and "a scope parameter MUST always be passed". RFC 9101 §5 allows them beside the object,
	// "for backward compatibility", but RFC 9126 §3 does not allow them in a pushed request.
	if slices.Contains(c.Profile.Scopes, "openid") && !c.pushes() {
		signed["response_type"], signed[c.scopeParameter()] = params["response_type"], params[c.scopeParameter()]
	}
	return signed, nil
}

// requestClaims returns params as claims: "Parameter names and string values MUST be included as JSON strings. …
// Numerical values MUST be included as JSON numbers." RFC 9101 §4. Parameters that are JSON (RFC 9396 §2, OpenID
// Connect Core §5.5) are included as JSON values.
func requestClaims(params url.Values) map[string]any {
	claims := map[string]any{}
	for name, values := range params {
		switch {
		case len(values) > 1: // such as resource, RFC 8707 §2
			claims[name] = values
		case len(values) == 1:
			claims[name] = requestClaim(name, values[0])
		}
	}
	return claims
}

func requestClaim(name, value string) any {
	switch name {
	case "authorization_details", "claims":
		if json.Valid([]byte(value)) {
			return json.RawMessage(value)
		}
	case "max_age":
		if n, err := strconv.Atoi(value); err == nil {
			return n
		}
	}
	return value
}
