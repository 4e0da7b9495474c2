package session

import (
	"context"
	"time"

	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/token"
)

// Console is the person in front of the program: what they are told and what they are asked. Its methods may be called at
// the same time.
type Console interface {
	// Note tells the person what to do or what is going on.
	Note(format string, args ...any)
	// Warn tells what went wrong without ending the command.
	Warn(format string, args ...any)
	// Step is one line of the account that -v asks for.
	Step(format string, args ...any)

	// ShowURL shows the address at which a login goes on in the browser.
	ShowURL(url string)
	// ShowCode shows where to enter the code of a device login. beside says that an address for this machine's browser
	// is shown, too.
	ShowCode(d flow.DeviceAuthorization, beside bool)
	// Waiting tells the person what the login waits for, and for how long at most.
	Waiting(what string, limit time.Duration)
	// Countdown shows how long there is until end. stop takes it away, and may be called again.
	Countdown(ctx context.Context, what string, end time.Time) (stop func())

	// Attended reports whether somebody can read what is shown, or can be asked.
	Attended() bool
	// CanAsk reports whether somebody can be asked.
	CanAsk() bool
	// AskSecret asks for a line that is not shown.
	AskSecret(ctx context.Context, prompt string) (token.Secret, error)
	// ReadLines hands to take each line that the person types or pastes, cut to most bytes, until take wants no more or
	// ctx ends.
	ReadLines(ctx context.Context, most int, take func(line string) (more bool)) error
}
