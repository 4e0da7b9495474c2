package store

import (
	"context"
	"errors"
	"fmt"
)

// Error is returned when a store, or the state directory, cannot be used. Its text and causes hold no secret.
type Error struct {
	Store  string // Name of the store; empty where the state directory itself is at fault
	Op     string // what was being done, as in "load token"
	Reason Reason // what a caller branches on
	Err    error  // the details; nil where Reason is all there is
}

func (e *Error) Error() string {
	text := string(e.Reason)
	if e.Store != "" {
		text = e.Store + ": " + text
	}
	if e.Op != "" {
		text = e.Op + ": " + text
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

func (e *Error) Unwrap() error { return e.Err }

// Reason is why a store cannot be used, in words for a person. The command adds what to do about it.
type Reason string

// The reasons. NoBus, NoService and NoCollection occur where the keychain is a Secret Service on D-Bus, NoKeychain and Denied
// on macOS.
const (
	NoBus        Reason = "there is no session bus"
	NoService    Reason = "no Secret Service runs on the session bus"
	NoCollection Reason = "there is no default keyring"
	NoKeychain   Reason = "there is no default keychain"
	Denied       Reason = "access was denied"
	Locked       Reason = "locked"
	TimedOut     Reason = "no answer in time"
	Refused      Reason = "refused"
	Unreadable   Reason = "what is stored cannot be read"
	TooLarge     Reason = "too large to be stored"
	Unsupported  Reason = "there is no keychain for this platform"
	NoHome       Reason = "there is no home directory"
	StateDirBad  Reason = "the state directory cannot be used"
	Busy         Reason = "timed out waiting for the lock"

	OpenerBad       Reason = "the identity or passphrase cannot be used"
	WrongPassphrase Reason = "the passphrase or identity does not open it"
	WideMode        Reason = "others may use it" // Err is a *ModeError
)

// failure turns an error of s into one that [Store] promises. Its reason is otherwise where err has none.
func failure(s Store, op string, otherwise Reason, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, ErrNotFound):
		return ErrNotFound
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("%s: %s: %w", op, s.Name(), err)
	}
	failed := Error{Reason: otherwise, Err: err}
	if known, ok := errors.AsType[*Error](err); ok {
		failed = *known
	}
	failed.Store, failed.Op = s.Name(), op
	return &failed
}

// stateDirError is an Error about the state directory.
func stateDirError(op string, err error) error {
	return &Error{Op: op, Reason: StateDirBad, Err: err}
}

func unreadable(err error) error { return &Error{Reason: Unreadable, Err: err} }
