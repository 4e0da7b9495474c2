package main

import (
	"context"

	"github.com/oauthget/oauthget/internal/browser"
	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/discovery"
	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/idtoken"
	"github.com/oauthget/oauthget/internal/token"
)

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
	client, err := s.clientOf(metadata, credentials)
	if err != nil {
		return nil, err
	}
	client.HTTP = own
	client.Keys = idtoken.Once(func(ctx context.Context, fresh bool) ([]byte, error) {
		return docs.JWKS(ctx, client.Server.JWKSURI, fresh)
	})
	return client, nil
}

// clientOf is the flow's client as far as it needs no network: what it makes of the server's metadata.
func (s *session) clientOf(metadata discovery.Metadata, credentials credentials) (*flow.Client, error) {
	metadata = flow.Server(metadata, s.profile)
	if s.narration != nil {
		s.narration.knows(metadata)
	}
	if err := checkEndpoints(metadata, s.profile.Grant); err != nil {
		return nil, err
	}
	auth, err := s.authentication(credentials, metadata)
	if err != nil {
		return nil, err
	}
	return &flow.Client{
		Profile: s.profile, Server: metadata, Auth: auth, Patience: s.global.timeout, Now: s.now, Observe: s.observe,
		Warn: func(text string) { s.warn("%s", text) },
	}, nil
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
