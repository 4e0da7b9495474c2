package flow

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// tokenTypes begins the token type identifiers of RFC 8693 §3.
const tokenTypes = "urn:ietf:params:oauth:token-type:"

// The identifiers that something depends on.
const (
	TypeAccessToken  = tokenTypes + "access_token"
	TypeRefreshToken = tokenTypes + "refresh_token"
	TypeIDToken      = tokenTypes + "id_token"
)

// TokenType is the identifier (RFC 8693 §3) that a profile means by name: an identifier itself, the last word of one, or
// nothing for an access token.
func TokenType(name string) string {
	name = cmp.Or(name, TypeAccessToken)
	if strings.Contains(name, ":") {
		return name
	}
	return tokenTypes + name
}

// TokenExchange runs the token exchange grant (RFC 8693): it gives subject, and actor where there is one, for the token
// that the profile asks for. Nobody is asked.
func (c *Client) TokenExchange(ctx context.Context, subject, actor token.Secret) (token.Set, error) {
	const op = "exchange token"
	if err := c.begin(config.GrantTokenExchange); err != nil {
		return token.Set{}, err
	}
	e := c.Profile.Exchange
	params := url.Values{
		"grant_type": {config.GrantType(config.GrantTokenExchange)}, "subject_token": {subject.Reveal()}, "subject_token_type": {TokenType(e.SubjectType)},
	}
	// RFC 8693 §2.1: actor_token_type "is REQUIRED when the "actor_token" parameter is present in the request but MUST NOT
	// be included otherwise."
	if !actor.Empty() {
		params.Set("actor_token", actor.Reveal())
		params.Set("actor_token_type", TokenType(e.ActorType))
	}
	if e.RequestedType != "" {
		params.Set("requested_token_type", TokenType(e.RequestedType))
	}
	return c.obtain(ctx, op, params)
}

// issuedType is the answer's issued_token_type; empty where it has none.
func issuedType(t *tokenReply) string {
	issued, _ := t.Extra("issued_token_type").(string)
	return issued
}

// issuedOtherwise reports whether an answer says, in the way of RFC 8693 §2.2.1, that what an exchange brought is no access
// token: "If the issued token is not an access token or usable as an access token, then the "token_type" value "N_A" is
// used to indicate that an OAuth 2.0 "token_type" identifier is not applicable in that context."
func (c *Client) issuedOtherwise(t *tokenReply) bool {
	return c.Profile.Grant == config.GrantTokenExchange && strings.EqualFold(t.TokenType, token.NotApplicable) &&
		issuedType(t) != "" && issuedType(t) != TypeAccessToken
}

// checkIssued reports what is wrong with the type of the token that an exchange brought; wanted is empty where that was
// left to the server.
func (c *Client) checkIssued(t *tokenReply, wanted string) error {
	issued := issuedType(t)
	switch {
	case issued == "" && t.Extra("issued_token_type") == nil && t.TokenType != "" && (wanted == "" || wanted == TypeAccessToken):
		// There are servers that leave it out. Where nothing but an access token was asked for, a token_type that says how to use
		// it as one says as much: it would be N_A otherwise.
		c.warn("the server does not say what type of token it issued (RFC 8693 §2.2.1); it is taken for an access token")
	case issued == "":
		// RFC 8693 §2.2.1: "issued_token_type REQUIRED. An identifier, as described in Section 3, for the representation of
		// the issued security token."
		return errors.New("the answer does not say what type of token it brings (RFC 8693 §2.2.1)")
	case wanted != "" && issued != wanted:
		return fmt.Errorf("the server issued a token of the type %s, where %s was asked for", untrusted.Quote(issued, t.secrets...), wanted)
	}
	return nil
}
