package hint

import "fmt"

// UsageError is an error in the command line, such as an unknown flag. The command's help is the hint about it.
type UsageError struct{ Err error }

// Usagef returns a UsageError. It formats as [fmt.Errorf] does.
func Usagef(format string, args ...any) error { return &UsageError{fmt.Errorf(format, args...)} }

func (e *UsageError) Error() string { return e.Err.Error() }
func (e *UsageError) Unwrap() error { return e.Err }
