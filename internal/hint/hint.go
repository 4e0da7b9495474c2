// Package hint holds the error that knows what a person can do about it.
package hint

// Error is an error with hints: things to do about it, in the order in which they are shown.
type Error struct {
	Err   error
	Hints []string
}

// With returns err with hints.
func With(err error, hints ...string) error { return &Error{err, hints} }

func (e *Error) Error() string { return e.Err.Error() }
func (e *Error) Unwrap() error { return e.Err }
