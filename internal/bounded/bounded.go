// Package bounded reads no more than a limit, waits no longer than a context, and writes words without waiting for a reader.
package bounded

import (
	"context"
	"fmt"
	"io"
)

// TooLongError is returned when there is more to read than the limit.
type TooLongError struct{ Limit int64 } // bytes

func (e *TooLongError) Error() string { return fmt.Sprintf("longer than %d bytes", e.Limit) }

// Read reads r to its end. Where there are more than limit bytes, it returns the first limit of them and a *TooLongError.
func Read(r io.Reader, limit int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(data)) > limit {
		return data[:limit], &TooLongError{limit}
	}
	return data, err
}

// ReadContext is [Read] for a terminal or a pipe, which nobody may ever write to.
func ReadContext(ctx context.Context, r io.Reader, limit int64) ([]byte, error) {
	return Call(ctx, func() ([]byte, error) { return Read(r, limit) })
}

// Call returns what f returns, or the cause of ctx where ctx ends first. Nothing can stop f then: it is left behind in its
// goroutine, and what it returns is lost.
func Call[T any](ctx context.Context, f func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		value, err := f()
		done <- result{value, err}
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		var none T
		return none, context.Cause(ctx)
	}
}
