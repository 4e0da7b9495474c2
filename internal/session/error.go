package session

import (
	"errors"
	"fmt"

	"github.com/oauthget/oauthget/internal/config"
)

// Error is an error of an operation with a profile. Hints about it can name the profile's keys and values.
type Error struct {
	Profile config.Profile
	Origins config.Origins
	Words   []string // what follows a command's name to mean the same token; see [Session.Command]
	// Accounts are the profile's other accounts that have tokens, if a login is required.
	Accounts []string
	Err      error
}

func (e *Error) Error() string { return e.Err.Error() }
func (e *Error) Unwrap() error { return e.Err }

// MissingTokenError is returned if another profile's token is to be presented, and its server has issued none of the kind.
type MissingTokenError struct{ Profile, Token string }

func (e *MissingTokenError) Error() string {
	return fmt.Sprintf("the profile %s has no %s", e.Profile, e.Token)
}

// ErrNoBrowser is returned if a login in the browser is required, and nobody can have seen the address.
var ErrNoBrowser = errors.New("no browser could be opened")

// ErrStopped ends a login because of Session.StopBeforeBrowser.
var ErrStopped = errors.New("stopped before the browser opens")

// ErrUnwritten ends the wait for a pipe that stands in for a file.
var ErrUnwritten = errors.New("the named pipe stayed empty until the timeout")
