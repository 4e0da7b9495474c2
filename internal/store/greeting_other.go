//go:build !linux

package store

import "context"

// Greeting is a first word to the keychain, which only that of Linux needs.
type Greeting struct{}

// Greet returns nil, which is no greeting.
func Greet(context.Context, func(string) string) *Greeting { return nil }
