package session

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/origin"
	"github.com/oauthget/oauthget/internal/registration"
	"github.com/oauthget/oauthget/internal/store"
	"github.com/oauthget/oauthget/internal/token"
)

// server names the authorization server under which a registration is kept. An API's is named by its origin where it has no
// metadata.
func (s *Session) server() string {
	if s.api == nil {
		return cmp.Or(s.Profile.Issuer, s.Profile.TokenEndpoint)
	}
	if u, err := url.Parse(s.Profile.TokenEndpoint); s.Profile.Issuer == "" && err == nil && u.Host != "" {
		return origin.Of(u)
	}
	return cmp.Or(s.Profile.Issuer, origin.Of(s.api.url))
}

// registrationKey is the key under which the client is stored that was registered at a server, for all APIs that no profile
// names.
func registrationKey(server string) string {
	return store.Key(store.Field{Name: "registration", Values: []string{server}})
}

// clientKey is the key under which the client is stored that was registered for a profile. Its secret goes to that server
// and to no other, whatever the profile says later.
func clientKey(server, clientID string) string {
	return store.Key(store.Field{Name: "registration", Values: []string{server}}, store.Field{Name: "client_id", Values: []string{clientID}})
}

// registered returns the client that was registered at server for APIs; store.ErrNotFound if there is none.
func (s *Session) registered(ctx context.Context, server string) (token.Registration, error) {
	return loadRegistration(ctx, s.clientStore(), registrationKey(server))
}

func loadRegistration(ctx context.Context, from store.Store, key string) (token.Registration, error) {
	set, err := from.Load(ctx, key)
	switch {
	case err != nil:
		return token.Registration{}, err
	case set.Registration == nil:
		return token.Registration{}, store.ErrNotFound
	}
	return *set.Registration, nil
}

// keepRegistration stores a client under a key.
func (s *Session) keepRegistration(ctx context.Context, key string, r token.Registration) error {
	unlock, err := store.Lock(ctx, s.stateDir, key)
	if err != nil {
		return err
	}
	defer unlock()
	profile := s.Profile.Name
	if key == registrationKey(r.Issuer) {
		profile = "" // whichever has led to the server: the client is for all its APIs
	}
	err = store.Records{StateDir: s.stateDir}.Write(store.Record{
		Key: key, Profile: profile, Store: s.clientStore().Name(), Issuer: r.Issuer, ClientID: r.ClientID, Registration: true,
	})
	if err != nil {
		return err
	}
	return s.clientStore().Save(ctx, key, token.Set{Registration: &r, Obtained: s.options.Now()})
}

// forget drops the registration of a server that no longer knows it.
func (s *Session) forget(ctx context.Context) {
	key := registrationKey(s.server())
	_ = s.clientStore().Delete(ctx, key) // the next one replaces it
	_ = store.Records{StateDir: s.stateDir}.Remove(key, s.clientStore().Name())
}

// ownClient returns the record of the client that was registered for the session's profile, in any store.
func (s *Session) ownClient() (store.Record, bool) {
	if s.Profile.ClientID == "" || s.server() == "" {
		return store.Record{}, false
	}
	return s.recorded(clientKey(s.server(), s.Profile.ClientID))
}

func (s *Session) recorded(key string) (store.Record, bool) {
	records, _ := store.Records{StateDir: s.stateDir}.All() // those that cannot be read are not for this call to report
	i := slices.IndexFunc(records, func(r store.Record) bool { return r.Registration && r.Key == key })
	if i < 0 {
		return store.Record{}, false
	}
	return records[i], true
}

// registeredSecret returns the secret of the registered client, if the session's client is one: the profile's, or that of the API's
// server.
func (s *Session) registeredSecret(ctx context.Context) (token.Secret, error) {
	if s.Origins["client_id"].Where != "" {
		return s.ownSecret(ctx)
	}
	if s.api == nil {
		return token.Secret{}, nil
	}
	if s.registration == nil { // a refresh or a logout, of a token that was obtained with it
		r, err := s.registered(ctx, s.server())
		if errors.Is(err, store.ErrNotFound) || err == nil && r.ClientID != s.Profile.ClientID {
			return token.Secret{}, nil
		}
		if err != nil {
			return token.Secret{}, err
		}
		s.registration, s.Profile.TokenEndpointAuthMethod = &r, r.AuthMethod
	}
	return s.registration.ClientSecret, nil
}

// ownSecret returns the secret of the client that was registered for the profile. How it authenticates is kept with it.
func (s *Session) ownSecret(ctx context.Context) (token.Secret, error) {
	record, ok := s.ownClient()
	if !ok {
		return token.Secret{}, nil
	}
	r, err := loadRegistration(ctx, s.StoreNamed(record.Store), record.Key)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return token.Secret{}, nil
	case err != nil:
		return token.Secret{}, err
	case !r.SecretExpiry.IsZero() && !r.SecretExpiry.After(s.options.Now()):
		return token.Secret{}, &config.Error{
			Key: "client_id", Err: fmt.Errorf("the secret of the registered client expired at %s", r.SecretExpiry.UTC().Format(time.RFC3339)),
			Advice: "remove the profile, and add it with --register once more",
		}
	}
	s.Profile.TokenEndpointAuthMethod = cmp.Or(s.Profile.TokenEndpointAuthMethod, r.AuthMethod)
	return r.ClientSecret, nil
}

// RegistrationRecord returns the record of the registered client that the session uses: the profile's own, or that of its API's
// server, if the profile names no other client. The API is asked for the server if that is not known.
func (s *Session) RegistrationRecord(ctx context.Context) (record store.Record, ok bool, err error) {
	if record, ok = s.ownClient(); ok || s.api == nil || s.Origins["client_id"].Where != "" {
		return record, ok, nil
	}
	if s.Profile.Issuer == "" && s.Profile.TokenEndpoint == "" {
		if err = s.look(ctx); err == nil {
			err = s.chooseServer(ctx)
		}
		if err != nil {
			return record, false, s.Failed(err)
		}
	}
	record, ok = s.recorded(registrationKey(s.server()))
	return record, ok, nil
}

// Unregister removes a registered client, there if the server lets clients do that (RFC 7592), and here in any case. there
// reports the former. If local is true, nothing is sent.
func (s *Session) Unregister(ctx context.Context, record store.Record, local bool) (there bool, err error) {
	from := s.StoreNamed(record.Store)
	r, err := loadRegistration(ctx, from, record.Key)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return false, s.Failed(err)
	}
	var refused error
	if !local {
		authorities, err := s.Authorities(ctx)
		if err != nil {
			return false, s.Failed(err)
		}
		there, refused = registration.Remove(ctx, s.options.HTTPClient(s.HTTPOptions(authorities, nil)), r)
	}
	if err := from.Delete(ctx, record.Key); err != nil {
		return there, s.Failed(err)
	}
	if err := (store.Records{StateDir: s.stateDir}).Remove(record.Key, record.Store); err != nil {
		return there, s.Failed(err)
	}
	if refused != nil {
		return there, &StaysError{refused}
	}
	return there, nil
}

// StaysError reports a client that was removed here and stays registered at its server.
type StaysError struct{ Err error }

func (e *StaysError) Error() string { return e.Err.Error() }
func (e *StaysError) Unwrap() error { return e.Err }
