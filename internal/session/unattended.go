package session

import (
	"context"
	"errors"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/store"
	"github.com/oauthget/oauthget/internal/token"
)

// ServeUnattended disables interaction from here on, for a program that asks for tokens for hours. set is the set obtained
// last. If it could not be stored, it is kept in memory: the next refresh needs its refresh token, since an older one in
// the store may be spent. A store that has just failed is tried again with the next token: if one refresh token were in
// two places, one would spend the other's.
func (s *Session) ServeUnattended(ctx context.Context, set token.Set) {
	s.options.NoInput = true
	if s.remote != nil {
		return
	}
	if _, ok := s.Store.(*store.Keychain); ok {
		s.Store = s.keychain() // one that does not ask to be unlocked
	}
	if s.lost(ctx, set) {
		s.Profile.Store, s.Store = config.StoreNone, store.NewMemory(set)
	}
}

// lost reports whether set, which was obtained last, is not stored.
func (s *Session) lost(ctx context.Context, set token.Set) bool {
	stored, err := s.Store.Load(ctx, s.Key)
	trouble, failed := errors.AsType[*store.Error](err)
	switch {
	case err == nil && (stored.AccessToken.Equal(set.AccessToken) || stored.Obtained.After(set.Obtained)):
		return false
	case failed && (trouble.Reason == store.TimedOut || trouble.Reason == store.Busy):
		return false
	}
	return true
}
