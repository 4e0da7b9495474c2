package browser

import (
	"cmp"
	"context"
	"time"
)

// withGrace returns the result of open. If open does not return within the grace period, it is left running and withGrace
// returns nil.
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
