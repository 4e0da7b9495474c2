package main

import (
	"context"
	"time"

	sessions "github.com/oauthget/oauthget/internal/session"
	"github.com/oauthget/oauthget/internal/store"
)

// noticeAfter is how long a person waits for another process before being told so.
const noticeAfter = 3 * time.Second

// lock waits for the lock of a key.
func (a *app) lock(ctx context.Context, stateDir, key string) (unlock func(), err error) {
	err = a.patiently(ctx, func(ctx context.Context) error {
		unlock, err = store.Lock(ctx, stateDir, key)
		return err
	})
	return unlock, err
}

// forWriter bounds the reading of what may be a pipe in the place of a file: who writes to it may be waiting for a person.
// A file never asks the context.
func (a *app) forWriter(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, a.global.timeout, sessions.ErrUnwritten)
}

// patiently waits for another process as long as a person may take: it may be waiting for one.
func (a *app) patiently(ctx context.Context, wait func(context.Context) error) error {
	bounded, cancel := context.WithTimeout(ctx, a.global.timeout)
	defer cancel()
	// Nobody is told of the moments that a refresh takes.
	notice := time.AfterFunc(noticeAfter, func() { a.note("waiting for another oauthget to finish with this token") })
	defer notice.Stop()
	err := wait(bounded)
	if err != nil && bounded.Err() != nil && ctx.Err() == nil {
		return &store.Error{Reason: store.Busy, Err: err}
	}
	return err
}
