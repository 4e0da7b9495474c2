// Package session makes a profile ready to be used.
package session

import "github.com/oauthget/oauthget/internal/config"

// Error is an error of an operation with a profile. The hints about it name the profile's keys and values.
type Error struct {
	Profile config.Profile
	Origins config.Origins
	Err     error
}

func (e *Error) Error() string { return e.Err.Error() }
func (e *Error) Unwrap() error { return e.Err }
