package store

import (
	"context"
	"fmt"
	"runtime"
	"time"

	"github.com/oauthget/oauthget/internal/bounded"
)

// Time limits for a keychain that ignores contexts and has none of its own. Where a person may have to
// answer its prompt, it may take as long as they do, within reason.
const (
	probeLimit  = 5 * time.Second
	readLimit   = 5 * time.Second
	writeLimit  = 30 * time.Second // a sync to a busy disk
	promptLimit = 60 * time.Second
)

// withLimits returns a keyring whose calls end in time and with their context, and do not panic.
func withLimits(k keyring, read, write time.Duration) keyring {
	limited := k
	limited.probe = func(ctx context.Context) error { return errorWithin(ctx, probeLimit, k.probe) }
	limited.get = func(ctx context.Context, key string) (string, error) {
		return within(ctx, read, func(ctx context.Context) (string, error) { return k.get(ctx, key) })
	}
	limited.set = func(ctx context.Context, key, item string) error {
		return errorWithin(ctx, write, func(ctx context.Context) error { return k.set(ctx, key, item) })
	}
	limited.delete = func(ctx context.Context, key string) error {
		return errorWithin(ctx, write, func(ctx context.Context) error { return k.delete(ctx, key) })
	}
	return limited
}

func errorWithin(ctx context.Context, limit time.Duration, call func(context.Context) error) error {
	_, err := within(ctx, limit, func(ctx context.Context) (struct{}, error) { return struct{}{}, call(ctx) })
	return err
}

// within runs a call into a library that neither obeys a context nor has time limits of its own, and may panic
// (go-keyring). When the limit or ctx ends first, the call is left behind in its goroutine: nothing can stop it, and a
// command must end.
//
// A limit that ran out is an Error with the reason TimedOut; the end of ctx is ctx.Err().
func within[T any](ctx context.Context, limit time.Duration, call func(context.Context) (T, error)) (T, error) {
	var none T
	if err := ctx.Err(); err != nil {
		return none, err
	}
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	value, err := bounded.Call(limited, func() (value T, err error) {
		defer func() {
			if p := recover(); p != nil {
				err = &Error{Reason: Refused, Err: panicked(p)}
			}
		}()
		return call(limited)
	})
	if err == nil || limited.Err() == nil {
		return value, err
	}
	return none, ended(ctx, limit)
}

// ended is the error of a call that ctx or its limit has ended.
func ended(ctx context.Context, limit time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return &Error{Reason: TimedOut, Err: fmt.Errorf("gave up after %v", limit)}
}

// panicked tells of a panic without its value, which may be anything, unless the runtime worded it.
func panicked(p any) error {
	if err, ok := p.(runtime.Error); ok {
		return fmt.Errorf("the keychain library panicked: %w", err)
	}
	return fmt.Errorf("the keychain library panicked (%T)", p)
}
