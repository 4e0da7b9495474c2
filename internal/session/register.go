package session

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/discovery"
	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/loopback"
	"github.com/oauthget/oauthget/internal/registration"
	"github.com/oauthget/oauthget/internal/shell"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/tokensource"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// registrar is where clients of the session's server are registered. The error is one of the configuration if they cannot be
// registered there, or could not be kept. m is the server's metadata, and may be nil.
func (s *Session) registrar(m *discovery.Metadata) (registration.Server, error) {
	server := registration.Server{Issuer: s.server(), Endpoint: s.Profile.RegistrationEndpoint}
	if m != nil {
		server.Endpoint, server.AuthMethods = flow.Server(*m, s.Profile).RegistrationEndpoint, m.TokenEndpointAuthMethodsSupported
	}
	byHand := fmt.Sprintf("register a client there with the redirect URI %s, and give its --client-id", s.Profile.RedirectURI)
	if s.Profile.Preset != "" {
		byHand += "; oauthget profile presets " + shell.Word(s.Profile.Preset) + " says where"
	}
	switch {
	case server.Endpoint == "":
		return server, &config.Error{Key: "client_id", Err: fmt.Errorf("%s registers no clients by itself", untrusted.Text(server.Issuer)), Advice: byHand}
	case s.clientStore().Name() == config.StoreNone:
		return server, &config.Error{
			Key: "store", Err: errors.New("a client would have to be registered, and with the store none it could not be kept"),
			Advice: "use another store; or " + byHand,
		}
	}
	return server, nil
}

// registerAt registers a client at a server and stores it under the key that keyOf returns. A client that cannot be stored is
// removed again.
func (s *Session) registerAt(ctx context.Context, server registration.Server, redirectURIs []string, keyOf func(token.Registration) string) (token.Registration, error) {
	var none token.Registration
	if s.options.NoInput {
		return none, fmt.Errorf("a client has to be registered at %s: %w", untrusted.Text(server.Issuer), tokensource.ErrInteractionRequired)
	}
	key, err := s.ClientKey(ctx)
	if err != nil {
		return none, err
	}
	authorities, err := s.Authorities(ctx)
	if err != nil {
		return none, err
	}
	client := s.options.HTTPClient(s.HTTPOptions(authorities, nil))
	method := cmp.Or(s.Profile.TokenEndpointAuthMethod, server.Method(key != nil))
	r, err := registration.Register(ctx, client, server, registration.Native(config.GrantType(s.Profile.Grant), redirectURIs, method, key))
	if err != nil {
		return none, err
	}
	s.console.Step("registered the client %s at %s", r.ClientID, r.Issuer)
	if s.options.Narrator != nil {
		s.options.Narrator.Registered()
	}
	if err := s.keepRegistration(ctx, keyOf(r), r); err != nil {
		s.undo(ctx, r, func(ctx context.Context) (bool, error) { return registration.Remove(ctx, client, r) })
		return none, err
	}
	return r, nil
}

// undo removes a client that was registered in vain, also after an interruption, and says what stays.
func (s *Session) undo(ctx context.Context, r token.Registration, remove func(context.Context) (there bool, err error)) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), undoTime)
	defer cancel()
	switch there, err := remove(ctx); {
	case there:
		s.console.Note("removed the client %s at %s again", untrusted.Text(r.ClientID), untrusted.Text(r.Issuer))
	case err != nil:
		s.console.Warn("the client %s stays registered at %s, and is not used: %v", untrusted.Text(r.ClientID), untrusted.Text(r.Issuer), err)
	default:
		s.console.Warn("the client %s stays registered at %s, which lets no client remove itself, and is not used", untrusted.Text(r.ClientID), untrusted.Text(r.Issuer))
	}
}

// freeRedirectURI returns redirectURI with a port that can be listened on. A port that it names is kept.
func (s *Session) freeRedirectURI(ctx context.Context, redirectURI string) (string, error) {
	u, err := url.Parse(redirectURI)
	if err != nil {
		return "", err
	}
	certificate, err := s.RedirectCertificate(ctx)
	if err != nil {
		return "", err
	}
	listener, err := loopback.Listen(ctx, loopback.Options{
		Certificate: certificate, RedirectURI: u, Ports: s.Profile.RedirectPorts, ListenAddress: s.Profile.ListenAddress, State: "none",
	})
	if err != nil {
		return "", err
	}
	defer func() { _ = listener.Close() }()
	return listener.RedirectURI(), nil
}

// redirectURIs are those to register for the profile: uri with each of its ports, else with one that is free now. The grant for
// devices has none.
func (s *Session) redirectURIs(ctx context.Context, uri string) ([]string, error) {
	if s.Profile.Grant == config.GrantDeviceCode {
		return nil, nil
	}
	if len(s.Profile.RedirectPorts) == 0 {
		free, err := s.freeRedirectURI(ctx, uri)
		return []string{free}, err
	}
	var list []string
	for _, port := range s.Profile.RedirectPorts {
		u, err := url.Parse(uri)
		if err != nil {
			return nil, err
		}
		u.Host += ":" + strconv.Itoa(port)
		list = append(list, u.String())
	}
	return list, nil
}

// ErrNotRegistered is returned if the user does not want a client to be registered.
var ErrNotRegistered = errors.New("the registration was declined")

// confirmRegistration asks before a client is registered for a profile.
func (s *Session) confirmRegistration(ctx context.Context, server string, redirectURIs []string) error {
	question := "register a client at " + untrusted.Text(server)
	if s.api != nil {
		question += ", which " + untrusted.Text(s.api.resource) + " names"
	}
	if len(redirectURIs) > 0 {
		question += ", with the redirect URI " + strings.Join(redirectURIs, " and ")
	}
	unconfirmed := &UnconfirmedError{Question: question, Registration: true, NoInput: s.options.NoInput}
	switch {
	case s.options.NoInput || !s.options.Yes && !s.console.CanAsk():
		return unconfirmed
	case s.options.Yes:
		s.console.Step("%s", question)
		return nil
	}
	return s.ask(ctx, question+"?", unconfirmed, ErrNotRegistered)
}
