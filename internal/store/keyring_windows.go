package store

import (
	"context"
	"errors"

	gokeyring "github.com/zalando/go-keyring"
)

func systemKeyring(KeychainOptions) keyring {
	get := func(_ context.Context, key string) (string, error) {
		item, err := gokeyring.Get(service, key)
		return item, goKeyringError(err)
	}
	return withLimits(keyring{
		probe: func(ctx context.Context) error {
			// A session without a profile, as some services and SSH logons are, has no credential set.
			if _, err := get(ctx, "probe"); !errors.Is(err, ErrNotFound) {
				return err
			}
			return nil
		},
		get: get,
		set: func(_ context.Context, key, item string) error {
			return goKeyringError(gokeyring.Set(service, key, item))
		},
		delete:  func(_ context.Context, key string) error { return goKeyringError(gokeyring.Delete(service, key)) },
		maxItem: maxItemWindows,
		binary:  true,
	}, readLimit, writeLimit)
}

// goKeyringError finds the reason of an error. Where there is none, the system's own words say it.
func goKeyringError(err error) error {
	switch {
	case errors.Is(err, gokeyring.ErrNotFound):
		return ErrNotFound
	case errors.Is(err, gokeyring.ErrSetDataTooBig):
		return &Error{Reason: TooLarge, Err: err}
	}
	return err
}
