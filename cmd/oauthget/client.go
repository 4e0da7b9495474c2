package main

import (
	"context"
	"net/http"

	"github.com/oauthget/oauthget/internal/browser"
	"github.com/oauthget/oauthget/internal/discovery"
	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/idtoken"
	"github.com/oauthget/oauthget/internal/token"
)

// opener opens the profile's browser, which lives for hours and has no business with what tokens are obtained with.
func (s *session) opener() browser.Opener {
	return browser.Opener{Command: s.profile.Browser, Getenv: s.getenv, Without: s.withheld()}
}

// client makes the flow's client: endpoints, credentials, and how to use them.
func (s *session) client(ctx context.Context, fresh bool) (*flow.Client, error) {
	credentials, err := s.credentials(ctx)
	if err != nil {
		return nil, err
	}
	public, own := s.clients(credentials)
	metadata, keys, err := s.published(ctx, public, fresh)
	if err != nil {
		return nil, err
	}
	client, err := s.clientOf(metadata, credentials)
	if err != nil {
		return nil, err
	}
	client.HTTP, client.Keys = own, keys
	return client, nil
}

// clientOf is the flow's client as far as it needs no network: what it makes of the server's metadata.
func (s *session) clientOf(metadata discovery.Metadata, credentials credentials) (*flow.Client, error) {
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
	access := s.secretAccess()
	access.Keychain = s.keychain(s.state).Secret
	return s.readSecret(ctx, s.profile.ClientSecret, access)
}

// published is what the server says of itself, with the profile's own endpoints laid over it, and its keys.
func (s *session) published(ctx context.Context, public *http.Client, fresh bool) (discovery.Metadata, idtoken.Keys, error) {
	docs := s.documents(public)
	var m discovery.Metadata
	if s.profile.Issuer != "" {
		var err error
		if m, err = docs.Fetch(ctx, s.profile.Issuer, fresh); err != nil {
			return m, nil, err
		}
		s.step("metadata of %s: %s", m.Issuer, m.Source)
	}
	m = flow.Server(m, s.profile)
	return m, idtoken.Once(func(ctx context.Context, fresh bool) ([]byte, error) { return docs.JWKS(ctx, m.JWKSURI, fresh) }), nil
}
