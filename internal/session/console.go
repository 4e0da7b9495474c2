package session

import (
	"context"
	"time"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/token"
)

// Console tells and asks the user. Its methods may be called concurrently.
type Console interface {
	// Note says what to do or what is going on.
	Note(format string, args ...any)
	// Warn says what went wrong without ending the command.
	Warn(format string, args ...any)
	// WarnOf says that an operation went wrong without ending the command, and what can be done about it.
	WarnOf(operation string, err error)
	// Step says with -v what is done.
	Step(format string, args ...any)

	// ShowURL shows the address at which a login goes on in the browser.
	ShowURL(url string)
	// ShowCode shows the code of a device login and where to enter it. beside reports that this is an alternative to an
	// address that has been shown.
	ShowCode(d flow.DeviceAuthorization, beside bool)
	// Waiting says what the login waits for, and for how long at most.
	Waiting(what string, limit time.Duration)
	// Unanswered says what may be wrong if the browser does not come back. redirectURI is the one that was sent.
	Unanswered(p config.Profile, redirectURI string)
	// Countdown shows how long there is until end. stop takes it away, and may be called again.
	Countdown(ctx context.Context, what string, end time.Time) (stop func())

	// Attended reports whether a user can read what is shown, or can be asked.
	Attended() bool
	// CanAsk reports whether a user can be asked.
	CanAsk() bool
	// Confirm asks a question that is answered by yes or no.
	Confirm(ctx context.Context, question string) (yes bool, err error)
	// AskSecret asks for a line that is not shown.
	AskSecret(ctx context.Context, prompt string) (token.Secret, error)
	// ReadLines passes each line that the user types or pastes, cut to most bytes, to take, until that wants no more or
	// ctx ends.
	ReadLines(ctx context.Context, most int, take func(line string) (more bool)) error
}
