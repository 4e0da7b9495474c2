package main

import (
	"context"
	"fmt"

	"github.com/oauthget/oauthget/internal/browser"
	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/discovery"
	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/idtoken"
	"github.com/oauthget/oauthget/internal/token"
)

// login runs the authorization code grant with metadata that is fetched anew: a login is what a person tries when
// something at the server has changed.
func (s *session) login(ctx context.Context) (token.Set, error) {
	if err := s.unlockStore(ctx); err != nil {
		return token.Set{}, err
	}
	client, err := s.client(ctx, true)
	if err != nil {
		return token.Set{}, err
	}
	ctx, giveUp := context.WithCancelCause(ctx)
	defer giveUp(nil)
	client.Open = func(ctx context.Context, r flow.AuthorizationRequest) {
		if err := s.open(ctx, s.opener(), r, s.withoutBrowser(giveUp)); err != nil {
			giveUp(err)
		}
	}
	client.Paste = s.paste
	client.Accept = func(ctx context.Context, set token.Set) (token.Set, error) {
		if s.whoami {
			set = s.identify(ctx, client, set)
		}
		return set, s.checkAccount(ctx, set)
	}
	return client.AuthorizationCode(ctx)
}

// opener opens the profile's browser, which lives for hours and has no business with the client secret.
func (s *session) opener() browser.Opener {
	o := browser.Opener{Command: s.profile.Browser, Getenv: s.getenv}
	if s.profile.ClientSecret.Key == "client_secret_env" {
		o.Without = []string{s.profile.ClientSecret.Value}
	}
	return o
}

// client makes the flow's client: endpoints, credentials, and how to use them.
func (s *session) client(ctx context.Context, fresh bool) (*flow.Client, error) {
	credentials, err := s.credentials(ctx)
	if err != nil {
		return nil, err
	}
	public, own := s.clients(credentials)
	docs := s.documents(public)
	var metadata discovery.Metadata
	if s.profile.Issuer != "" {
		if metadata, err = docs.Fetch(ctx, s.profile.Issuer, fresh); err != nil {
			return nil, err
		}
		s.step("metadata of %s: %s", metadata.Issuer, metadata.Source)
	}
	metadata = flow.Server(metadata, s.profile)
	if err := checkEndpoints(metadata); err != nil {
		return nil, err
	}
	if s.narration != nil {
		s.narration.knows(metadata)
	}
	auth, err := s.authentication(credentials, metadata)
	if err != nil {
		return nil, err
	}
	return &flow.Client{
		Profile: s.profile, Server: metadata, HTTP: own, Auth: auth,
		Keys:     idtoken.Once(func(ctx context.Context, fresh bool) ([]byte, error) { return docs.JWKS(ctx, metadata.JWKSURI, fresh) }),
		Patience: s.global.timeout, Now: s.now, Observe: s.observe,
		Warn: func(text string) { s.warn("%s", text) },
	}, nil
}

// checkEndpoints fails before the browser opens where the code could not be asked for, or not be redeemed.
func checkEndpoints(m discovery.Metadata) error {
	for key, endpoint := range map[string]string{
		"authorization_endpoint": m.AuthorizationEndpoint, "token_endpoint": m.TokenEndpoint,
	} {
		if endpoint == "" {
			return &config.Error{
				Key: key, Err: fmt.Errorf("the metadata of %s names no %s", m.Issuer, key),
				Advice: "if the server has one, set " + key + " in the profile",
			}
		}
	}
	return nil
}

func (s *session) clientSecret(ctx context.Context) (token.Secret, error) {
	if s.profile.ClientSecret.Empty() {
		return token.Secret{}, nil
	}
	return s.profile.ClientSecret.Resolve(ctx, config.SecretAccess{
		LookupEnv: s.lookupEnv, Stderr: s.stderr,
		Keychain: s.keychain(s.state).Secret,
	})
}
