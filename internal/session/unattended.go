package session

import (
	"context"
	"errors"

	"github.com/oauthget/oauthget/internal/store"
	"github.com/oauthget/oauthget/internal/token"
)

// ServeUnattended disables interaction from here on, for a program that goes on to ask for tokens for hours. set is the one
// that was obtained last. Where it could not be stored, it is kept in memory: the next token takes its refresh token, and
// one that is stored from before may be spent by then. A store that has failed just now is asked again with the next token:
// of two places for one refresh token, one would spend the other's.
func (s *Session) ServeUnattended(ctx context.Context, set token.Set) {
	s.options.NoInput, s.unattended = true, true
	stored, err := s.Store.Load(ctx, s.Key)
	trouble, failed := errors.AsType[*store.Error](err)
	switch {
	case err == nil && (stored.AccessToken.Equal(set.AccessToken) || stored.Obtained.After(set.Obtained)):
	case failed && (trouble.Reason == store.TimedOut || trouble.Reason == store.Busy):
	default:
		s.Store, s.Kept = store.NewMemory(set), false
	}
}
