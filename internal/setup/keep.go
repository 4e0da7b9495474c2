package setup

import (
	"context"
	"errors"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/store"
	"github.com/oauthget/oauthget/internal/token"
)

// writeError is returned if the profile could not be written.
type writeError struct{ err error }

func (e *writeError) Error() string { return e.err.Error() }
func (e *writeError) Unwrap() error { return e.err }

// keep puts the client secret into the keychain and writes the profile, or neither. It goes on if the person wants to end, as
// the login has succeeded.
func (s *setup) keep(ctx context.Context) error {
	ctx = context.WithoutCancel(ctx)
	d, err := s.draft()
	if err != nil {
		return &writeError{err}
	}
	back, err := s.keepSecret(ctx)
	if err != nil {
		return &writeError{err}
	}
	if err := d.Save(); err != nil {
		back()
		return &writeError{err}
	}
	s.undo = nil
	s.console.Note("wrote the profile %s to %s", s.name, config.Printable(d.File.Path))
	return nil
}

// keepSecret writes the keychain item, and returns how to take it back.
func (s *setup) keepSecret(ctx context.Context) (back func(), err error) {
	if s.secret.Empty() {
		return func() {}, nil
	}
	keychain, err := s.keychain()
	if err != nil {
		return nil, err
	}
	item := s.text("client_secret_keychain")
	before, err := keychain.Secret(ctx, item)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	if err := keychain.SaveSecret(ctx, item, s.secret); err != nil {
		return nil, err
	}
	return func() {
		if before != "" {
			err = keychain.SaveSecret(ctx, item, token.NewSecret(before))
		} else {
			err = keychain.DeleteSecret(ctx, item)
		}
		if err != nil {
			s.console.Warn("the client secret stays in the keychain item %s: %v", config.Printable(item), err)
		}
	}, nil
}
