package browser

import (
	"cmp"
	"context"
	"time"
)

// withGrace returns what open returns, or nil when it has not returned within the grace: then it is taken to have
// worked, and goes on by itself.
func (o Opener) withGrace(ctx context.Context, open func() error) error {
	done := make(chan error, 1)
	go func() { done <- open() }()
	timer := time.NewTimer(cmp.Or(o.grace, defaultGrace))
	defer timer.Stop()
	select {
	case err := <-done:
		return err
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
