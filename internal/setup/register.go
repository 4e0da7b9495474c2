package setup

import (
	"context"
	"net/url"

	"github.com/oauthget/oauthget/internal/loopback"
	"github.com/oauthget/oauthget/internal/registration"
)

// registers reports whether the server registers clients by itself (RFC 7591).
func (s *setup) registers() bool {
	return s.about.metadata.RegistrationEndpoint != "" && s.preset == nil && s.needsPerson()
}

// register registers a client, with a redirect URI that has a port: a server may compare it.
func (s *setup) register(ctx context.Context) error {
	m := s.about.metadata
	redirectURI, err := freeRedirectURI(ctx, s.redirectURI())
	if err != nil {
		return err
	}
	client, err := s.client(ctx, m.Issuer)
	if err != nil {
		return err
	}
	server := registration.Server{Issuer: m.Issuer, Endpoint: m.RegistrationEndpoint, AuthMethods: m.TokenEndpointAuthMethodsSupported}
	r, err := registration.Register(ctx, client, server, redirectURI)
	if err != nil {
		return err
	}
	s.undo = append(s.undo, func(ctx context.Context) {
		if there, _ := registration.Remove(ctx, client, r); !there {
			s.console.Warn("the client %s stays registered at %s", r.ClientID, m.Issuer)
		}
	})
	s.registered = true
	s.set("client_id", r.ClientID)
	s.set("redirect_uri", redirectURI)
	if r.ClientSecret.Empty() {
		return nil
	}
	s.set("token_endpoint_auth_method", r.AuthMethod)
	return s.keepLater(ctx, r.ClientSecret)
}

func freeRedirectURI(ctx context.Context, redirectURI string) (string, error) {
	u, err := url.Parse(redirectURI)
	if err != nil {
		return "", err
	}
	listener, err := loopback.Listen(ctx, loopback.Options{RedirectURI: u, State: "none"})
	if err != nil {
		return "", err
	}
	defer func() { _ = listener.Close() }()
	return listener.RedirectURI(), nil
}
