package flow

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"unicode"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"github.com/oauthget/oauthget/internal/ascii"
	"github.com/oauthget/oauthget/internal/dpop"
	"github.com/oauthget/oauthget/internal/parameter"
	"github.com/oauthget/oauthget/internal/signing"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// requestToken sends a token request of any grant and checks the answer. If the answer fails the checks, it is returned
// with the error: it may hold the only valid refresh token. params holds grant_type and the grant's own parameters; the
// profile's are added here. The token is bound to key (RFC 9449), unless that is nil.
//
// It uses clientcredentials because that accepts any grant_type and repeated parameters, unlike oauth2.Config.Exchange
// and TokenSource.
func (c *Client) requestToken(ctx context.Context, op string, params url.Values, key *signing.Key) (*tokenReply, error) {
	name, endpoint := c.tokenEndpoint(params)
	if err := checkQuery(endpoint, nil); err != nil {
		return nil, &untrusted.Error{Op: op, Err: fmt.Errorf("%s %w", name, err)}
	}
	refreshes := isRefresh(params)
	params = maps.Clone(params)
	maps.Copy(params, c.Profile.TokenParameters)
	if refreshes {
		maps.Copy(params, c.Profile.RefreshParameters)
	}
	// RFC 8707 §2.2: "When the "resource" parameter is used on an access token request made to the token endpoint, for all
	// grant types, it indicates the target service or protected resource". It may be repeated.
	if len(c.Profile.Resource) > 0 {
		params["resource"] = c.Profile.Resource
	}
	answer, err := withNonce(op, func() (*tokenReply, error) { return c.sendTokenRequest(ctx, op, params, key) })
	if err != nil {
		return nil, err
	}
	if err := c.checkToken(answer, key); err != nil {
		return answer, &untrusted.Error{Op: op, Err: err}
	}
	c.warnOfBearer(answer, params.Get("grant_type"))
	return answer, nil
}

func isRefresh(params url.Values) bool { return params.Get("grant_type") == "refresh_token" }

// tokenEndpoint returns where a token request goes, and the name of that endpoint.
func (c *Client) tokenEndpoint(params url.Values) (name, endpoint string) {
	if isRefresh(params) && c.Profile.RefreshEndpoint != "" {
		return "refresh_endpoint", c.Profile.RefreshEndpoint
	}
	return "token_endpoint", c.Server.TokenEndpoint
}

// sendTokenRequest makes one attempt, with a new client authentication and a new proof of the key.
func (c *Client) sendTokenRequest(ctx context.Context, op string, params url.Values, key *signing.Key) (*tokenReply, error) {
	name, endpoint := c.tokenEndpoint(params)
	proof, err := c.tokenProof(key, endpoint)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", op, err)
	}
	c.observe(TokenRequest{
		Endpoint: endpoint, ClientID: c.Auth.ID, Auth: c.Auth.Method, Parameters: params, Proof: proof,
	})
	params = maps.Clone(params)
	header, err := c.Auth.Authenticate(params)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", op, err)
	}
	secrets := append(c.sent(params), proof) // including the client assertion
	c.nameClientID(params)
	for name, values := range c.Profile.TokenHeaders {
		header[http.CanonicalHeaderKey(name)] = values
		for _, v := range values {
			if len(v) >= token.MinShown {
				secrets = append(secrets, token.NewSecret(v))
			}
		}
	}
	client := withHeader(c.HTTP, header)
	if key != nil {
		header.Set(dpop.Header, proof.Reveal())
		client.Transport = nonceKeeper{client.Transport, &c.dpopNonces().server}
	}
	exchange := &tokenTransport{base: client.Transport, profile: &c.Profile}
	if c.Profile.TokenRequestFormat == "json" {
		if exchange.body, err = json.Marshal(requestClaims(params)); err != nil {
			return nil, fmt.Errorf("%s: %w", op, err) // not reached: they are strings
		}
	}
	client.Transport = exchange
	request := clientcredentials.Config{
		// params or header already hold the client's identifier and authentication.
		TokenURL: endpoint, AuthStyle: oauth2.AuthStyleInParams, EndpointParams: params,
	}
	answer, err := request.Token(context.WithValue(ctx, oauth2.HTTPClient, client))
	if err != nil {
		if alone := c.idTokenAlone(exchange, params.Get("refresh_token")); alone != nil {
			answer, err = alone, nil
		}
	}
	if err == nil {
		for _, name := range exchange.ignored {
			c.observe(Ignored{name + " is not a string"})
		}
		reply := newTokenReply(answer, secrets)
		reply.members = exchange.members
		return reply, nil
	}
	if key != nil {
		if err := c.nonceError(err, endpoint); err != nil {
			return nil, &untrusted.Error{Op: op, Err: err}
		}
	}
	return nil, authenticatedBy(c.Auth.Method, tokenError(ctx, op, name, err, exchange, secrets))
}

// sent returns the secrets of a request, which its answer may echo: every parameter that is not public by definition.
func (c *Client) sent(params url.Values) []token.Secret {
	secrets := c.Auth.Secrets()
	for name, values := range params {
		if parameter.Public(name) {
			continue
		}
		added := c.Profile.TokenParameters.Has(name) || c.Profile.RefreshParameters.Has(name)
		for _, v := range values {
			if !added || len(v) >= token.MinShown {
				secrets = append(secrets, token.NewSecret(v))
			}
		}
	}
	return secrets
}

func (c *Client) checkToken(t *tokenReply, key *signing.Key) error {
	if err := c.checkType(t, key); err != nil {
		return err
	}
	// RFC 6749 §A.12, §A.17: access and refresh tokens are 1*VSCHAR. A line break could forge a header, an escape
	// sequence could reach the terminal.
	for _, text := range []string{t.AccessToken, t.RefreshToken} {
		if !isVisible(text) {
			return errors.New("the token contains characters that RFC 6749 §A.12 does not allow")
		}
	}
	if scope, _ := t.Extra("scope").(string); strings.ContainsFunc(scope, unicode.IsControl) {
		return errors.New("the scope contains control characters, which RFC 6749 §3.3 does not allow")
	}
	return nil
}

// set makes the token set of an answer. asked is the scope if the answer names none: RFC 6749 §5.1 has it "OPTIONAL, if
// identical to the scope requested by the client". key is the request's: the tokens are bound to it, as is a public
// client's refresh token even if the access token is not (RFC 9449 §5).
func (c *Client) set(answer *tokenReply, asked []string, key *signing.Key) token.Set {
	scopes := asked
	if granted, ok := answer.Extra("scope").(string); ok && granted != "" {
		scopes = c.granted(granted, answer.secrets)
	}
	return token.Set{
		AccessToken:  token.NewSecret(answer.AccessToken),
		TokenType:    answer.TokenType,
		RefreshToken: token.NewSecret(answer.RefreshToken),
		Scopes:       scopes,
		IssuedType:   untrusted.Text(issuedType(answer), answer.secrets...),

		TokenEndpoint: c.Server.TokenEndpoint,
		Expiry:        answer.Expiry.Round(0),
		Obtained:      c.Now().Round(0),
		DPoPKey:       dpop.Seal(key),
	}
}

// isVisible reports whether text consists of VSCHAR alone (RFC 6749 §A).
func isVisible(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return !ascii.IsVSCHAR(r) })
}
