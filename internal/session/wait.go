package session

import (
	"context"
	"time"

	"github.com/oauthget/oauthget/internal/store"
)

// noticeAfter is how long the user waits for another process before being told.
const noticeAfter = 3 * time.Second

// Lock waits for the lock of the session's key.
func (s *Session) Lock(ctx context.Context) (unlock func(), err error) {
	if s.memory != nil {
		return s.memory.acquire(ctx)
	}
	if !s.keeps() {
		return func() {}, nil // nothing is stored, so there is no race
	}
	err = s.waitForProcess(ctx, func(ctx context.Context) error {
		unlock, err = store.Lock(ctx, s.stateDir, s.Key)
		return err
	})
	return unlock, err
}

// waitUnlocked waits until nobody holds the lock, and reports whether somebody did.
func (s *Session) waitUnlocked(ctx context.Context) (waited bool, err error) {
	if !s.keeps() {
		return false, nil
	}
	err = s.waitForProcess(ctx, func(ctx context.Context) error {
		waited, err = store.WaitUnlocked(ctx, s.stateDir, s.Key)
		return err
	})
	return waited, err
}

// waitForProcess waits for another process as long as a user may take: it may be waiting for one.
func (s *Session) waitForProcess(ctx context.Context, wait func(context.Context) error) error {
	bounded, cancel := context.WithTimeout(ctx, s.options.Timeout)
	defer cancel()
	// A refresh takes moments, and needs no notice.
	notice := time.AfterFunc(noticeAfter, func() { s.console.Note("waiting for another oauthget to finish with this token") })
	defer notice.Stop()
	err := wait(bounded)
	if err != nil && bounded.Err() != nil && ctx.Err() == nil {
		return &store.Error{Reason: store.Busy, Err: err}
	}
	return err
}

// forWriter limits the reading of a file that may be a named pipe, whose writer may be waiting for a user.
func (o Options) forWriter(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, o.Timeout, ErrUnwritten)
}
