package store

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestWithinTellsTheLimitFromTheContext(t *testing.T) {
	obeying := func(ctx context.Context) (int, error) { <-ctx.Done(); return 0, ctx.Err() }
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		_, err := within(t.Context(), time.Second, obeying)
		wantReason(t, err, TimedOut)
		if took := time.Since(start); took != time.Second {
			t.Errorf("took %v", took)
		}

		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := within(ctx, time.Minute, obeying); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the caller's deadline: %v", err)
		}
	})
}

func TestWithinDoesNotCallWhenTheContextHasEnded(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := within(ctx, time.Minute, func(context.Context) (int, error) { t.Error("called"); return 0, nil })
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
