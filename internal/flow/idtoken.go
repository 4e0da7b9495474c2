package flow

import (
	"context"
	"errors"

	"golang.org/x/oauth2"

	"github.com/oauthget/oauthget/internal/idtoken"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// addIDToken validates the ID Token of an answer and takes it, and whom it is about, into set. An ID Token that is
// wrong fails the whole grant; one that nothing is there to check against is left out, with a warning.
func (c *Client) addIDToken(ctx context.Context, set *token.Set, answer *oauth2.Token, expected idtoken.Expected) error {
	raw, ok := answer.Extra("id_token").(string)
	if !ok && answer.Extra("id_token") != nil {
		return &untrusted.Error{Op: "read ID Token", Err: errors.New("it is not a string")}
	}
	if raw == "" {
		return nil
	}
	if c.Server.Issuer == "" || c.Server.JWKSURI == "" {
		c.warn("the server sent an ID Token, which is left out because nothing is known to check it against: set issuer in the profile")
		return nil
	}
	verifier := idtoken.Verifier{
		Issuer: c.Server.Issuer, ClientID: c.Profile.ClientID, Keys: c.Keys,
		Algorithms: c.Server.IDTokenSigningAlgValuesSupported, Now: c.Now,
	}
	expected.AccessToken = set.AccessToken
	claims, err := verifier.Verify(ctx, token.NewSecret(raw), expected)
	if err != nil {
		return err
	}
	set.IDToken, set.IDTokenExpiry, set.Subject = token.NewSecret(raw), claims.Expiry, claims.Subject
	set.Username = claims.Username()
	return nil
}
