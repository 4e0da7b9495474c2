package flow

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/oauthget/oauthget/internal/idtoken"
	"github.com/oauthget/oauthget/internal/signing"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// ErrNoIDToken is returned if an ID Token is needed for what was requested of the sign-in.
var ErrNoIDToken = errors.New("the server sent none, so max_age or an essential claim cannot be checked")

// addIDToken validates the ID Token of an answer and adds it, and the user's name, to set. An invalid ID Token fails
// the grant. One that cannot be checked is left out, with a warning.
func (c *Client) addIDToken(ctx context.Context, set *token.Set, answer *tokenReply, expected idtoken.Expected) error {
	requested := c.IDTokenAlone || slices.Contains(c.Profile.Scopes, "openid") || expected.Authentication.Demanding()
	raw, ok := answer.Extra("id_token").(string)
	if !ok && answer.Extra("id_token") != nil && requested {
		return &untrusted.Error{Op: "read ID Token", Err: errors.New("it is not a string")}
	}
	if raw == "" && expected.Authentication.Demanding() {
		return &untrusted.Error{Op: "read ID Token", Err: ErrNoIDToken}
	}
	if raw == "" {
		return nil
	}
	if _, err := idtoken.Decode(token.NewSecret(raw)); !requested && errors.Is(err, idtoken.ErrOpaque) {
		c.observe(Ignored{"id_token, which was not requested, is not a JWT"})
		return nil
	}
	if !c.canVerify() && set.AccessToken.Empty() {
		return &untrusted.Error{Op: "read ID Token", Err: fmt.Errorf("it cannot be checked, and the answer has no access_token: set %s in the profile", c.missingKey())}
	}
	if !c.canVerify() {
		c.warn("the server sent an ID Token, which is ignored because it cannot be checked: set " + c.missingKey() + " in the profile")
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

// canVerify reports whether an ID Token can be checked: by the issuer's keys, or by the client secret if the profile
// says so.
func (c *Client) canVerify() bool {
	return c.Server.Issuer != "" && (c.Server.JWKSURI != "" || c.symmetric())
}

// missingKey returns the key of the profile without which no signature of the server's can be checked.
func (c *Client) missingKey() string {
	if c.Server.Issuer == "" {
		return "issuer"
	}
	return "jwks_uri" // the metadata has none
}

// symmetric reports whether ID Tokens are authenticated by the client secret. That is accepted only if the client is
// registered for it, and then nothing else is.
func (c *Client) symmetric() bool {
	return signing.IsSymmetric(c.Profile.OpenID.IDTokenSignedResponseAlg)
}

// canVerifyKeys reports whether the issuer's keys are known.
func (c *Client) canVerifyKeys() bool { return c.Server.Issuer != "" && c.Server.JWKSURI != "" }

func (c *Client) verifier() idtoken.Verifier {
	return idtoken.Verifier{
		Issuer: c.Server.Issuer, ClientID: c.Profile.ClientID, Keys: c.Keys, Now: c.Now,
		Algorithm: c.Profile.OpenID.IDTokenSignedResponseAlg, Secret: c.Auth.Secret,
		Algorithms: c.algorithms(c.Server.IDTokenSigningAlgValuesSupported),
	}
}
