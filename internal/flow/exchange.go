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

// tokenTypes is the prefix of the token type identifiers of RFC 8693 §3.
const tokenTypes = "urn:ietf:params:oauth:token-type:"

// The identifiers that the code compares with.
const (
	TypeAccessToken  = tokenTypes + "access_token"
	TypeRefreshToken = tokenTypes + "refresh_token"
	TypeIDToken      = tokenTypes + "id_token"
	// TypeIDJAG is an assertion that one server issues for another (draft-ietf-oauth-identity-assertion-authz-grant).
	TypeIDJAG = tokenTypes + "id-jag"
)

// TokenType returns the identifier (RFC 8693 §3) for a name in a profile: an identifier, the last word of one, or
// nothing for an access token.
func TokenType(name string) string {
	name = cmp.Or(name, TypeAccessToken)
	if strings.Contains(name, ":") {
		return name
	}
	return tokenTypes + name
}

// TokenExchange runs the token exchange grant (RFC 8693): it exchanges subject, and actor if there is one, for the
// token that the profile asks for.
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

// issuedType returns the answer's issued_token_type; may be empty.
func issuedType(t *tokenReply) string {
	issued, _ := t.Extra("issued_token_type").(string)
	return issued
}

// issuedOtherwise reports whether an exchange issued something other than an access token (RFC 8693 §2.2.1): "If the
// issued token is not an access token or usable as an access token, then the "token_type" value "N_A" is used to
// indicate that an OAuth 2.0 "token_type" identifier is not applicable in that context."
func (c *Client) issuedOtherwise(t *tokenReply) bool {
	return c.Profile.Grant == config.GrantTokenExchange && strings.EqualFold(t.TokenType, token.NotApplicable) &&
		issuedType(t) != "" && issuedType(t) != TypeAccessToken
}

// checkIssued checks the type of the token that an exchange issued. wanted is empty if the server was to choose.
func (c *Client) checkIssued(t *tokenReply, wanted string) error {
	issued := issuedType(t)
	switch {
	case issued == "" && t.Extra("issued_token_type") == nil && t.TokenType != "" && (wanted == "" || wanted == TypeAccessToken):
		// Some servers omit it. If only an access token was requested, its token_type is enough: for anything else it
		// would be N_A.
		c.warn("the server does not say what type of token it issued (RFC 8693 §2.2.1); assuming an access token")
	case issued == "":
		// RFC 8693 §2.2.1: "issued_token_type REQUIRED. An identifier, as described in Section 3, for the representation of
		// the issued security token."
		return errors.New("the answer has no issued_token_type (RFC 8693 §2.2.1)")
	case wanted != "" && issued != wanted:
		return fmt.Errorf("the server issued a token of the type %s, but %s was requested", untrusted.Quote(issued, t.secrets...), wanted)
	}
	return nil
}
