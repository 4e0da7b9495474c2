package flow

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/idtoken"
	"github.com/oauthget/oauthget/internal/signing"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// askFor adds the requested scope, audience, resource and authorization details: to the device authorization request,
// or to the token request of a grant that has no other.
func (c *Client) askFor(params url.Values) {
	c.setScope(params)
	// RFC 8693 §2.1 allows several. Other servers take it as a parameter of their own.
	if len(c.Profile.Audience) > 0 {
		params["audience"] = c.Profile.Audience
	}
	if len(c.Profile.Resource) > 0 {
		params["resource"] = c.Profile.Resource
	}
	// RFC 9396 §2: authorization_details "can be used to specify authorization requirements in all places where the
	// scope parameter is used for the same purpose", naming the device authorization and the client credentials grant.
	if c.Profile.AuthorizationDetails != "" {
		params.Set("authorization_details", c.Profile.AuthorizationDetails)
	}
}

// obtain sends the only request of a grant without a user, and checks the answer.
func (c *Client) obtain(ctx context.Context, op string, params url.Values) (token.Set, error) {
	key, err := c.dpopKey()
	if err != nil {
		return token.Set{}, err
	}
	c.askFor(params)
	answer, err := c.requestGrant(ctx, op, params, key)
	if err != nil {
		return token.Set{}, err
	}
	if c.Profile.Grant == config.GrantTokenExchange {
		if err := c.checkIssued(answer, params.Get("requested_token_type")); err != nil {
			return token.Set{}, &untrusted.Error{Op: op, Err: err}
		}
	}
	return c.take(ctx, answer, key)
}

// requestGrant is requestToken with errors that name the grant: the advice on unauthorized_client depends on it.
func (c *Client) requestGrant(ctx context.Context, op string, params url.Values, key *signing.Key) (*tokenReply, error) {
	answer, err := c.requestToken(ctx, op, params, key)
	if err != nil {
		return nil, c.ofGrant(err)
	}
	return answer, nil
}

func (c *Client) ofGrant(err error) error {
	if e, ok := errors.AsType[*ServerError](err); ok {
		e.Grant = c.Profile.Grant
	}
	return err
}

// take makes a set of an answer in a grant that uses no redirect.
func (c *Client) take(ctx context.Context, answer *tokenReply, key *signing.Key) (token.Set, error) {
	set := c.set(answer, c.Profile.Scopes, key)
	set.Kept = c.kept(answer, nil, token.Secret{})
	var expected idtoken.Expected
	if c.Profile.NeedsPerson() { // what was requested of the sign-in must be checked
		var err error
		if expected, err = c.expected(login{}); err != nil {
			return token.Set{}, err
		}
	}
	if err := c.addIDToken(ctx, &set, answer, expected); err != nil {
		return token.Set{}, err
	}
	return c.accept(ctx, set, answer)
}

const (
	year = 365 * 24 * time.Hour
	// unlikelyLife is a lifetime that hardly anybody means. Some servers send milliseconds or nanoseconds.
	unlikelyLife = 20 * year
)

// accept warns if the answer differs from the request, and refuses another user than the one whose tokens are stored.
func (c *Client) accept(ctx context.Context, set token.Set, answer *tokenReply) (token.Set, error) {
	asAsked := c.warnOfScope(set)
	c.addDetails(&set, answer)
	c.warnOfMissing(set)
	if life, known := expiresIn(answer.members); known && life == 0 && c.Profile.DefaultExpiresIn == "" {
		c.warn(`the server says that the token has expired already (expires_in is 0); if it never does, set default_expires_in = "never"`)
	}
	if life := set.Expiry.Sub(c.Now()); life > unlikelyLife {
		c.warn(fmt.Sprintf("the server says that the token is valid for over %d years: it may not count expires_in in seconds", life/year))
	}
	// OpenID Connect Core §3.1.3.3: id_token is REQUIRED. If the scope was not granted, the user has been warned
	// already.
	if asked := slices.Contains(set.Scopes, "openid") && c.Profile.NeedsPerson(); asked && c.Server.Issuer != "" && answer.Extra("id_token") == nil {
		c.warn("the server sent no ID Token although the scope openid was requested: it is unknown whose tokens these are")
	}
	c.observe(TokenResponse{set, asAsked})
	set = c.identify(ctx, set, answer)
	return set, c.checkUser(set)
}
