package session

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/discovery"
	"github.com/oauthget/oauthget/internal/hint"
	"github.com/oauthget/oauthget/internal/store"
	"github.com/oauthget/oauthget/internal/token"
)

// undoTime bounds the removal of a client that was registered in vain.
const undoTime = 5 * time.Second

// AddProfile adds a profile to the profile file. If register is true, a client is registered for it at its server first
// (RFC 7591), and what came back is kept: the client_id in the profile, its secrets in the profile's store. If the file cannot
// be written, the client is removed again.
func (o Options) AddProfile(ctx context.Context, name string, keys map[string][]string, register bool) error {
	if err := config.CheckName(name, o.Commands); err != nil {
		return err
	}
	path, _, err := o.ProfilePath()
	if err != nil {
		return err
	}
	if !register {
		return config.Edit(path, func(e *config.Editor) error { return e.AddProfile(name, keys) })
	}
	client, err := o.Register(ctx, name, keys, (*config.Editor).AddProfile)
	if err != nil {
		return err
	}
	written := maps.Clone(keys)
	maps.Copy(written, client.Keys)
	if err := config.Edit(path, func(e *config.Editor) error { return e.AddProfile(name, written) }); err != nil {
		client.Remove(ctx)
		return err
	}
	o.Console.Note("registered the client %s at %s; log in: %s", client.r.ClientID, client.r.Issuer, client.s.Command("login"))
	return nil
}

// Registered is a client that was registered for a profile which is not written yet.
type Registered struct {
	Keys map[string][]string // of the profile, which follow from the registration

	s *Session
	r token.Registration
}

// Register registers a client for a profile that add would add to the file.
func (o Options) Register(ctx context.Context, name string, keys map[string][]string, add func(*config.Editor, string, map[string][]string) error) (*Registered, error) {
	path, _, err := o.ProfilePath()
	if err != nil {
		return nil, err
	}
	var s *Session
	if _, err := config.NewDraft(path, func(e *config.Editor) (err error) {
		s, err = o.openNew(e, name, keys, add)
		return err
	}); err != nil {
		return nil, err
	}
	r, err := s.registerForProfile(ctx)
	if err != nil {
		return nil, s.Failed(err)
	}
	return &Registered{s.registeredKeys(r), s, r}, nil
}

// Remove removes the client again, also after an interruption, and says what stays.
func (c *Registered) Remove(ctx context.Context) {
	c.s.undo(ctx, c.r, func(ctx context.Context) (bool, error) {
		record, _ := c.s.recorded(clientKey(c.r.Issuer, c.r.ClientID))
		return c.s.Unregister(ctx, record, false)
	})
}

// openNew returns the session of a profile that the editor has and the file does not. Its client_id is still missing.
func (o Options) openNew(e *config.Editor, name string, keys map[string][]string, add func(*config.Editor, string, map[string][]string) error) (*Session, error) {
	if len(keys["client_id"]) > 0 {
		return nil, hint.Usagef("--register and --client-id exclude each other: the server gives the client its id")
	}
	keys = maps.Clone(keys)
	keys["client_id"] = []string{"unregistered"} // for the checks of a profile, in memory only
	if err := add(e, name, keys); err != nil {
		return nil, err
	}
	o.OneOfMany = true // what variables say is not written into the profile
	s, err := Open(o, e.File(), name, nil)
	if err != nil {
		return nil, err
	}
	s.Profile.ClientID = ""
	delete(s.Origins, "client_id")
	switch {
	case !s.Profile.ClientSecret.Empty():
		return nil, hint.Usagef("--register and --%s exclude each other: the server gives the client its secret", config.FlagOf(s.Profile.ClientSecret.Key))
	case s.Profile.Grant != config.GrantAuthorizationCode && s.Profile.Grant != config.GrantDeviceCode:
		return nil, s.Failed(&config.Error{
			Key: "grant", Err: fmt.Errorf("clients for the grant %s are not registered by themselves", s.Profile.Grant),
			Advice: "register the client at the server by hand, and add the profile with --client-id",
		})
	}
	return s, nil
}

// registerForProfile registers the profile's client.
func (s *Session) registerForProfile(ctx context.Context) (token.Registration, error) {
	var none token.Registration
	m, err := s.metadataToRegister(ctx)
	if err != nil {
		return none, err
	}
	server, err := s.registrar(m)
	if err != nil {
		return none, err
	}
	if err := s.Store.Probe(ctx); err != nil {
		return none, err
	}
	uris, err := s.redirectURIs(ctx, s.redirectURIFor(server.Issuer))
	if err != nil {
		return none, err
	}
	if err := s.confirmRegistration(ctx, server.Issuer, uris); err != nil {
		return none, err
	}
	if err := s.Store.Unlock(ctx, registrationKey(server.Issuer)); err != nil && !errors.Is(err, store.ErrNotFound) {
		return none, err
	}
	return s.registerAt(ctx, server, uris, func(r token.Registration) string { return clientKey(r.Issuer, r.ClientID) })
}

// metadataToRegister returns the metadata of the profile's server; nil if there is none.
func (s *Session) metadataToRegister(ctx context.Context) (*discovery.Metadata, error) {
	if s.api != nil {
		if err := s.look(ctx); err != nil {
			return nil, err
		}
		err := s.chooseServer(ctx)
		return s.api.metadata, err
	}
	if s.Profile.Issuer == "" {
		return nil, nil
	}
	authorities, err := s.Authorities(ctx)
	if err != nil {
		return nil, err
	}
	docs := s.options.Documents(s.options.HTTPClient(s.HTTPOptions(authorities, nil)))
	m, err := docs.FetchAt(ctx, s.Profile.Issuer, s.Profile.MetadataURL, true)
	return &m, err
}

// registeredKeys are the keys of the profile that follow from the registration. The client belongs to that issuer, whatever
// an API names later, and to the redirect URI with its port, which some servers compare.
func (s *Session) registeredKeys(r token.Registration) map[string][]string {
	keys := map[string][]string{"client_id": {r.ClientID}}
	if s.api != nil && s.Profile.Issuer != "" {
		keys["issuer"] = []string{s.Profile.Issuer}
	}
	switch {
	case r.RedirectURI == "":
	case len(s.Profile.RedirectPorts) > 0:
		keys["redirect_uri"] = []string{s.redirectURIFor(r.Issuer)}
	default:
		keys["redirect_uri"] = []string{r.RedirectURI}
	}
	return keys
}
