package tokensource

import (
	"context"
	"time"

	"github.com/oauthget/oauthget/internal/token"
)

// LoginError reports that a login that needs a user has failed.
type LoginError struct {
	Err     error
	Another bool // it was another process's
}

func (e *LoginError) Error() string {
	if e.Another {
		return "the login of another oauthget has failed: " + e.Err.Error()
	}
	return e.Err.Error()
}

func (e *LoginError) Unwrap() error { return e.Err }

// attempt runs the login, and records it if it fails by what the user or the server did.
func (s *Source) attempt(ctx context.Context) (token.Set, error) {
	set, err := s.Login(ctx)
	switch {
	case s.NeedsNobody:
		return set, err
	case err == nil:
		s.Failed(nil)
		return set, nil
	case ctx.Err() == nil: // an interrupt is for one process
		s.Failed(err)
	}
	return token.Set{}, &LoginError{Err: err}
}

// failedSince returns the failure of another process's login.
func (s *Source) failedSince(since time.Time) error {
	if s.NeedsNobody {
		return nil
	}
	if err := s.LastFailure(since); err != nil {
		return &LoginError{err, true}
	}
	return nil
}
