package session

import (
	"errors"

	"github.com/oauthget/oauthget/internal/config"
)

// Error is an error of an operation with a profile. The hints about it name the profile's keys and values.
type Error struct {
	Profile config.Profile
	Origins config.Origins
	Err     error
}

func (e *Error) Error() string { return e.Err.Error() }
func (e *Error) Unwrap() error { return e.Err }

// ErrUnwritten ends the wait for a pipe that stands in for a file.
var ErrUnwritten = errors.New("the named pipe stayed empty until the timeout")
