package session

import (
	"context"
	"errors"
	"net/http"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/store"
	"github.com/oauthget/oauthget/internal/token"
)

// ServeUnattended disables interaction from here on, but for what Challenged needs, for a program that asks for tokens for
// hours. set is the set obtained last. If it could not be stored, it is kept in memory: the next refresh needs its refresh
// token, since an older one in the store may be spent. A store that has just failed is tried again with the next token: if
// one refresh token were in two places, one would spend the other's.
func (s *Session) ServeUnattended(ctx context.Context, set token.Set) {
	s.attended = !s.options.NoInput && (s.options.Yes || s.console.CanAsk())
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

// Challenged obtains another token for a program that serves, in place of one that was refreshed and that the API has answered with
// status and header; see [Answers.Replace]. There is a login only if somebody was there when the program began to serve: at a
// terminal, or with --yes. It must not run beside other operations of the session.
func (s *Session) Challenged(ctx context.Context, refused token.Set, status int, header http.Header) (token.Set, error) {
	s.options.NoInput = !s.attended
	defer func() { s.options.NoInput = true }()
	return s.Answers(true).Replace(ctx, refused, status, header)
}
