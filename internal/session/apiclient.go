package session

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/loopback"
	"github.com/oauthget/oauthget/internal/origin"
	"github.com/oauthget/oauthget/internal/registration"
	"github.com/oauthget/oauthget/internal/store"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/tokensource"
)

// chooseClient chooses the client for the API's server: the profile's; else one that was registered there before; else the
// metadata document; else a new registration.
func (s *Session) chooseClient(ctx context.Context) error {
	if s.Origins["client_id"].Where != "" {
		return nil
	}
	s.Profile.ClientID = ""
	kept, err := s.registered(ctx, s.serverOfAPI())
	switch {
	case err == nil && s.usable(ctx, kept):
		s.useRegistration(kept)
		return nil
	case err != nil && !errors.Is(err, store.ErrNotFound):
		return err
	}
	if m := s.api.metadata; m != nil && m.ClientIDMetadataDocumentSupported && s.Profile.ClientIDMetadataDocument != "" {
		s.Profile.ClientID = s.Profile.ClientIDMetadataDocument
		return nil
	}
	return s.register(ctx)
}

// serverOfAPI names the server under which a registration is kept.
func (s *Session) serverOfAPI() string { return cmp.Or(s.Profile.Issuer, origin.Of(s.api.url)) }

// registrationKey is the key under which the client that was registered at a server is stored.
func registrationKey(server string) string {
	return store.Key(store.Field{Name: "registration", Values: []string{server}})
}

// registered returns the client that was registered at server; store.ErrNotFound if there is none.
func (s *Session) registered(ctx context.Context, server string) (token.Registration, error) {
	set, err := s.Store.Load(ctx, registrationKey(server))
	if err != nil {
		return token.Registration{}, err
	}
	if set.Registration == nil {
		return token.Registration{}, store.ErrNotFound
	}
	return *set.Registration, nil
}

// usable reports whether a registration has not expired and its redirect URI's port is free.
func (s *Session) usable(ctx context.Context, r token.Registration) bool {
	if !r.SecretExpiry.IsZero() && !r.SecretExpiry.After(s.options.Now()) {
		return false
	}
	_, err := s.freeRedirectURI(ctx, r.RedirectURI)
	return err == nil
}

// useRegistration makes r the session's client.
func (s *Session) useRegistration(r token.Registration) {
	s.Profile.ClientID, s.Profile.RedirectURI = r.ClientID, r.RedirectURI
	s.Profile.TokenEndpointAuthMethod = r.AuthMethod
	s.registration = &r
}

// register registers the client and keeps it.
func (s *Session) register(ctx context.Context) error {
	endpoint := s.Profile.RegistrationEndpoint
	if s.api.metadata != nil {
		endpoint = flow.Server(*s.api.metadata, s.Profile).RegistrationEndpoint
	}
	switch {
	case endpoint == "":
		return &config.Error{
			Key: "client_id", Err: fmt.Errorf("%s registers no clients by itself", s.serverOfAPI()),
			Advice: fmt.Sprintf("register a client there with the redirect URI %s, and give its --client-id", s.Profile.RedirectURI),
		}
	case s.Profile.Store == "none":
		return &config.Error{
			Key: "store", Err: errors.New("a client would have to be registered, and with the store none it could not be kept"),
			Advice: "use another store, or give --client-id",
		}
	case s.options.NoInput:
		return fmt.Errorf("a client has to be registered at %s: %w", s.serverOfAPI(), tokensource.ErrInteractionRequired)
	}
	redirectURI, err := s.freeRedirectURI(ctx, s.Profile.RedirectURI)
	if err != nil {
		return err
	}
	authorities, err := s.Authorities(ctx)
	if err != nil {
		return err
	}
	server := registration.Server{Issuer: s.serverOfAPI(), Endpoint: endpoint}
	if s.api.metadata != nil {
		server.AuthMethods = s.api.metadata.TokenEndpointAuthMethodsSupported
	}
	r, err := registration.Register(ctx, s.options.HTTPClient(s.HTTPOptions(authorities, nil)), server, redirectURI)
	if err != nil {
		return err
	}
	s.console.Step("registered the client %s at %s", r.ClientID, r.Issuer)
	s.useRegistration(r)
	s.registeredNow = true
	return s.keepRegistration(ctx, r)
}

func (s *Session) keepRegistration(ctx context.Context, r token.Registration) error {
	key := registrationKey(r.Issuer)
	records := store.Records{StateDir: s.stateDir}
	if err := records.Write(store.Record{
		Key: key, Store: s.Store.Name(), Issuer: r.Issuer, ClientID: r.ClientID, Registration: true,
	}); err != nil {
		return err
	}
	return s.Store.Save(ctx, key, token.Set{Registration: &r, Obtained: s.options.Now()})
}

// freeRedirectURI returns redirectURI with a port that can be listened on. A port that it names is kept.
func (s *Session) freeRedirectURI(ctx context.Context, redirectURI string) (string, error) {
	u, err := url.Parse(redirectURI)
	if err != nil {
		return "", err
	}
	listener, err := loopback.Listen(ctx, loopback.Options{
		RedirectURI: u, Ports: s.Profile.RedirectPorts, ListenAddress: s.Profile.ListenAddress, State: "none",
	})
	if err != nil {
		return "", err
	}
	defer func() { _ = listener.Close() }()
	return listener.RedirectURI(), nil
}

// forget drops the registration that a server no longer knows.
func (s *Session) forget(ctx context.Context, server string) {
	key := registrationKey(server)
	_ = s.Store.Delete(ctx, key) // the next one replaces it
	_ = store.Records{StateDir: s.stateDir}.Remove(key, s.Store.Name())
}

// Unregister removes the client that was registered at server, there if the server lets clients do that (RFC 7592), and here
// in any case. there reports the former. Without such a client the error is [store.ErrNotFound].
func (s *Session) Unregister(ctx context.Context, server string) (there bool, err error) {
	r, err := s.registered(ctx, server)
	if err != nil {
		return false, err
	}
	authorities, err := s.Authorities(ctx)
	if err != nil {
		return false, err
	}
	there, refused := registration.Remove(ctx, s.options.HTTPClient(s.HTTPOptions(authorities, nil)), r)
	key := registrationKey(server)
	if err := s.Store.Delete(ctx, key); err != nil {
		return there, err
	}
	if err := (store.Records{StateDir: s.stateDir}).Remove(key, s.Store.Name()); err != nil {
		return there, err
	}
	return there, refused
}

// Server names the authorization server of the session's API, which it asks if it does not know.
func (s *Session) Server(ctx context.Context) (string, error) {
	if s.api != nil && s.Profile.Issuer == "" && s.Profile.TokenEndpoint == "" {
		if err := s.look(ctx); err != nil {
			return "", s.Failed(err)
		}
		if err := s.chooseServer(ctx); err != nil {
			return "", s.Failed(err)
		}
	}
	return s.serverOfAPI(), nil
}

// unknownClient reports whether err says that the server does not know a client that was registered earlier.
func (s *Session) unknownClient(err error) bool {
	e, ok := errors.AsType[*flow.ServerError](err)
	return ok && s.registration != nil && !s.registeredNow && (e.Code == "invalid_client" || e.Code == "unauthorized_client")
}
