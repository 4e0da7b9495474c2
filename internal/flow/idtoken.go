package flow

import (
	"context"
	"errors"
	"strings"

	"github.com/oauthget/oauthget/internal/idtoken"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// addIDToken validates the ID Token of an answer and takes it, and whom it is about, into set. An ID Token that is
// wrong fails the whole grant; one that nothing is there to check against is left out, with a warning.
func (c *Client) addIDToken(ctx context.Context, set *token.Set, answer *tokenReply, expected idtoken.Expected) error {
	raw, ok := answer.Extra("id_token").(string)
	if !ok && answer.Extra("id_token") != nil {
		return &untrusted.Error{Op: "read ID Token", Err: errors.New("it is not a string")}
	}
	if raw == "" && expected.Authentication.Demanding() {
		return &untrusted.Error{Op: "read ID Token", Err: errors.New("the server sent none, by which max_age or an essential claim would be checked")}
	}
	if raw == "" {
		return nil
	}
	if !c.canVerify() {
		c.warn("the server sent an ID Token, which is left out because nothing is known to check it against: set issuer in the profile")
		return nil
	}
	expected.AccessToken = set.AccessToken
	verifier := c.verifier()
	verifier.Secrets = answer.secrets
	claims, err := verifier.Verify(ctx, token.NewSecret(raw), expected)
	if err != nil {
		return err
	}
	set.IDToken, set.IDTokenExpiry = token.NewSecret(raw), claims.Expiry
	answer.secrets.name(set, claims.Subject, claims.Username())
	c.observe(ValidIDToken{Nonce: !expected.Nonce.Empty(), Symmetric: c.symmetric()})
	c.warnOfACR(expected.Authentication, answer.secrets.mask(claims.ACR))
	return nil
}

// canVerify reports whether there is something to check an ID Token against: the issuer's keys, or the client secret
// where the profile says that it is the key.
func (c *Client) canVerify() bool {
	return c.Server.Issuer != "" && (c.Server.JWKSURI != "" || c.symmetric())
}

// symmetric reports whether ID Tokens are authenticated by the client secret: such an algorithm is taken only where the
// client is registered for it, and then no other is.
func (c *Client) symmetric() bool {
	return strings.HasPrefix(c.Profile.OpenID.IDTokenSignedResponseAlg, "HS")
}

// canVerifyKeys reports whether the issuer's keys are known.
func (c *Client) canVerifyKeys() bool { return c.Server.Issuer != "" && c.Server.JWKSURI != "" }

func (c *Client) verifier() idtoken.Verifier {
	return idtoken.Verifier{
		Issuer: c.Server.Issuer, ClientID: c.Profile.ClientID, Keys: c.Keys, Now: c.Now,
		Algorithm: c.Profile.OpenID.IDTokenSignedResponseAlg, Secret: c.Auth.Secret,
		Algorithms: c.Server.IDTokenSigningAlgValuesSupported,
	}
}
