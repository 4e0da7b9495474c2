//go:build (dragonfly && cgo) || (freebsd && cgo) || linux || netbsd || openbsd

package store

import (
	"context"
	"errors"

	"github.com/oauthget/oauthget/internal/store/secretservice"
)

func systemKeyring(o KeychainOptions) keyring {
	desktop := o.Getenv("DISPLAY") != "" || o.Getenv("WAYLAND_DISPLAY") != ""
	client := secretservice.New(service, o.Getenv, desktop && !o.NoPrompt)
	return keyring{
		probe:  func(ctx context.Context) error { return secretServiceError(client.Probe(ctx)) },
		unlock: func(ctx context.Context) error { return secretServiceError(client.Unlock(ctx)) },
		get: func(ctx context.Context, key string) (string, error) {
			item, err := client.Get(ctx, key)
			return item, secretServiceError(err)
		},
		set: func(ctx context.Context, key, item string) error {
			return secretServiceError(client.Set(ctx, key, item))
		},
		delete:  func(ctx context.Context, key string) error { return secretServiceError(client.Delete(ctx, key)) },
		maxItem: maxItemSecretService,
	}
}

// secretServiceReasons are the reasons of the errors of package secretservice.
var secretServiceReasons = map[secretservice.Kind]Reason{
	secretservice.Refused:      Refused,
	secretservice.NoBus:        NoBus,
	secretservice.NoService:    NoService,
	secretservice.NoCollection: NoCollection,
	secretservice.Locked:       Locked,
	secretservice.TimedOut:     TimedOut,
}

func secretServiceError(err error) error {
	if errors.Is(err, secretservice.ErrNotFound) {
		return ErrNotFound
	}
	if failed, ok := errors.AsType[*secretservice.Error](err); ok {
		return &Error{Reason: secretServiceReasons[failed.Kind], Err: failed.Err}
	}
	return err
}
