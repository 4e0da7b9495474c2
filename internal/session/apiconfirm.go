package session

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/oauthget/oauthget/internal/tokensource"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// UnconfirmedError reports a login for an API, or the registration of a profile's client, that nobody could confirm.
type UnconfirmedError struct {
	Question     string
	Why          string // continues the question of a login
	Registration bool
	NoInput      bool // and --yes would not do
}

func (e *UnconfirmedError) Error() string {
	if e.Registration {
		return "nobody can be asked: " + e.Question + "?"
	}
	return e.Question + ", " + e.Why
}

// Unwrap makes it a [tokensource.ErrInteractionRequired].
func (e *UnconfirmedError) Unwrap() error { return tokensource.ErrInteractionRequired }

// ErrDeclined is returned if the user does not want to log in at the server that an API names.
var ErrDeclined = errors.New("the login for the API was declined")

// confirm asks before the first login for an API that no profile names, and before one at another server than the last: the
// API chooses where the user is sent. registers reports that a client will be registered there, and why says what is new.
func (s *Session) confirm(ctx context.Context, registers bool, why string) error {
	server := cmp.Or(s.Profile.Issuer, s.Profile.TokenEndpoint)
	question := fmt.Sprintf("%s asks for a login at %s", untrusted.Text(s.api.resource), untrusted.Text(server))
	if registers {
		question += ", with a client to be registered there"
	}
	if len(s.Profile.Scopes) > 0 {
		question += ", for " + untrusted.Text(strings.Join(s.Profile.Scopes, " "))
	}
	unconfirmed := &UnconfirmedError{Question: question, Why: why}
	switch {
	case s.options.Yes:
		s.console.Step("%s, %s", question, why)
		return nil
	case s.options.NoInput || !s.console.CanAsk():
		return unconfirmed
	}
	return s.ask(ctx, question+", "+why+". Continue?", unconfirmed, ErrDeclined)
}

// ask asks the user. It returns unanswered if the terminal ends before the answer, and declined if that is no.
func (s *Session) ask(ctx context.Context, question string, unanswered, declined error) error {
	yes, err := s.console.Confirm(ctx, question)
	switch {
	case errors.Is(err, io.EOF):
		return unanswered
	case err == nil && !yes:
		return declined
	}
	return err
}
