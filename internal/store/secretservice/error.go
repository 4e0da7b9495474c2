//go:build (dragonfly && cgo) || (freebsd && cgo) || linux || netbsd || openbsd

package secretservice

import (
	"context"
	"errors"
	"slices"

	"github.com/godbus/dbus/v5"
)

// ErrNotFound is returned when there is no item for the account.
var ErrNotFound = errors.New("there is no such item")

var (
	errDismissed  = errors.New("the prompt was dismissed") // or could not be shown
	errUnexpected = errors.New("the service gave an unexpected answer")
)

// Error is any error but [ErrNotFound] and the end of a context.
type Error struct {
	Kind Kind
	Err  error // the particulars; nil where Kind says it all
}

func (e *Error) Error() string {
	if e.Err == nil {
		return string(e.Kind)
	}
	return string(e.Kind) + ": " + e.Err.Error()
}

func (e *Error) Unwrap() error { return e.Err }

// Kind is what a caller tells apart.
type Kind string

// The kinds of errors.
const (
	NoBus        Kind = "no session bus" // or it hung up
	NoService    Kind = "no Secret Service on the session bus"
	NoCollection Kind = "no collection to keep items in"
	Locked       Kind = "locked"
	TimedOut     Kind = "no answer in time"
	Refused      Kind = "refused" // or it failed in another way
)

// The names of errors that are told apart.
const (
	nameHasNoOwner = "org.freedesktop.DBus.Error.NameHasNoOwner"
	serviceUnknown = "org.freedesktop.DBus.Error.ServiceUnknown"
	isLocked       = "org.freedesktop.Secret.Error.IsLocked"
)

// failedWith reports whether a call was answered with one of the errors.
func failedWith(err error, names ...string) bool {
	answer, ok := errors.AsType[dbus.Error](err)
	return ok && slices.Contains(names, answer.Name)
}

// explain makes an [Error] of any other error of a session. The service may die at any call, and what is locked may be an
// item: that is not to be taken for a service or a collection that holds nothing.
func explain(err error) error {
	_, told := errors.AsType[*Error](err)
	if err == nil || told || err == ErrNotFound || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return &Error{Refused, err}
}
