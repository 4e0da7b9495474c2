//go:build linux

package main

import "context"

// login measures the time from the redirect to the token.
func (b *bench) login(ctx context.Context, w *world) error { return nil }
