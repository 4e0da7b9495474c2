package store

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"
)

// errNoAnswer is the cause of the context in which a call ran out of its time.
var errNoAnswer = errors.New("no answer")

// within runs a call into a library that neither obeys a context nor has time limits of its own, and may panic
// (go-keyring and the godbus below it). When the limit or ctx ends first, the call is left behind in its goroutine:
// nothing can stop it, and a command must end.
//
// A limit that ran out is an Error with the reason TimedOut; the end of ctx is ctx.Err().
func within[T any](ctx context.Context, limit time.Duration, call func(context.Context) (T, error)) (T, error) {
	type answer struct {
		value T
		err   error
	}
	var none T
	if err := ctx.Err(); err != nil {
		return none, err
	}
	limited, cancel := context.WithTimeoutCause(ctx, limit, errNoAnswer)
	defer cancel()
	answers := make(chan answer, 1)
	go func() {
		var a answer
		defer func() {
			if p := recover(); p != nil {
				a = answer{err: &Error{Reason: Refused, Err: panicked(p)}}
			}
			answers <- a
		}()
		a.value, a.err = call(limited)
	}()
	select {
	case a := <-answers:
		// A call that does obey its context may have come first with the news that it ended.
		if a.err == nil || limited.Err() == nil {
			return a.value, a.err
		}
	case <-limited.Done():
	}
	if err := ctx.Err(); err != nil {
		return none, err
	}
	return none, &Error{Reason: TimedOut, Err: fmt.Errorf("gave up after %v", limit)}
}

// panicked tells of a panic without its value, which may be anything, unless the runtime worded it.
func panicked(p any) error {
	if err, ok := p.(runtime.Error); ok {
		return fmt.Errorf("the keychain library panicked: %w", err)
	}
	return fmt.Errorf("the keychain library panicked (%T)", p)
}
