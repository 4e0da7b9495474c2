package main

import (
	"context"

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
	docs := s.documents(public)
	var metadata discovery.Metadata
	if s.profile.Issuer != "" {
		if metadata, err = docs.Fetch(ctx, s.profile.Issuer, fresh); err != nil {
			return nil, err
		}
		s.step("metadata of %s: %s", metadata.Issuer, metadata.Source)
	}
	metadata = flow.Server(metadata, s.profile)
	if err := checkEndpoints(metadata, s.profile.Grant); err != nil {
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

func (s *session) clientSecret(ctx context.Context) (token.Secret, error) {
	if s.profile.ClientSecret.Empty() {
		return token.Secret{}, nil
	}
	access := s.secretAccess()
	access.Keychain = s.keychain(s.state).Secret
	return s.readSecret(ctx, s.profile.ClientSecret, access)
}
