package session

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/url"
	"strings"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/registration"
	"github.com/oauthget/oauthget/internal/store"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// chooseClient chooses the client for the API's server: the profile's; else one that was registered there before; else the
// metadata document. It returns where to register one if there is none of them.
func (s *Session) chooseClient(ctx context.Context) (*registration.Server, error) {
	if s.Origins["client_id"].Where != "" {
		return nil, nil
	}
	s.Profile.ClientID = ""
	kept, err := s.registered(ctx, s.server())
	switch {
	case err == nil && s.usable(ctx, kept):
		s.useRegistration(kept)
		s.console.Step("the client %s is the one registered at %s before", untrusted.Text(kept.ClientID), untrusted.Text(kept.Issuer))
		return nil, nil
	case err != nil && !errors.Is(err, store.ErrNotFound):
		return nil, err
	}
	if m := s.api.metadata; m != nil && m.ClientIDMetadataDocumentSupported && s.Profile.ClientIDMetadataDocument != "" {
		s.Profile.ClientID = s.Profile.ClientIDMetadataDocument
		s.console.Step("the client is the one of the metadata document %s", untrusted.Text(s.Profile.ClientID))
		return nil, nil
	}
	server, err := s.registrar(s.api.metadata)
	return &server, err
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

// register registers the client for APIs of a server.
func (s *Session) register(ctx context.Context, server registration.Server) error {
	uri, err := s.freeRedirectURI(ctx, s.redirectURIFor(server.Issuer))
	if err != nil {
		return err
	}
	r, err := s.registerAt(ctx, server, []string{uri}, func(r token.Registration) string { return registrationKey(r.Issuer) })
	if err != nil {
		return err
	}
	s.useRegistration(r)
	s.registeredNow = true
	return nil
}

// registerAgain registers the client for a server that no longer knows the one that was kept.
func (s *Session) registerAgain(ctx context.Context) error {
	s.forget(ctx)
	s.Profile.TokenEndpointAuthMethod = ""
	server, err := s.registrar(s.api.metadata)
	if err != nil {
		return err
	}
	return s.register(ctx, server)
}

// unknownClient reports whether err says that the server does not know a client that was registered earlier.
func (s *Session) unknownClient(err error) bool {
	e, ok := errors.AsType[*flow.ServerError](err)
	return ok && s.registration != nil && !s.registeredNow && (e.Code == "invalid_client" || e.Code == "unauthorized_client")
}

// redirectURIFor returns the redirect URI to register at a server: unless the user has chosen one, it has a path that is no other
// server's. An API chooses its server, and that one could send the browser on to an honest server, with the identifier of a client
// there. Where the honest server does not name itself in its answers, a redirect URI for each issuer keeps its code from coming
// here (RFC 9700 §4.4.2.2). The path is a hash long enough that no issuer can be made up to have another's.
func (s *Session) redirectURIFor(server string) string {
	u, err := url.Parse(s.Profile.RedirectURI)
	if err != nil || s.Origins["redirect_uri"].Kind != config.FromDefault {
		return s.Profile.RedirectURI
	}
	sum := sha256.Sum256([]byte(server))
	own := hex.EncodeToString(sum[:10])
	if strings.HasSuffix(u.Path, "/"+own) { // that of a registration in use
		return u.String()
	}
	return u.JoinPath(own).String()
}
