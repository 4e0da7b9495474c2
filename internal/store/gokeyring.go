//go:build darwin || windows

package store

import (
	"context"
	"errors"

	gokeyring "github.com/zalando/go-keyring"
)

// goKeyring is go-keyring. explain finds the reason of an error, of which go-keyring tells none but "not found".
func goKeyring(explain func(error) error) keyring {
	told := func(err error) error {
		switch {
		case err == nil:
			return nil
		case errors.Is(err, gokeyring.ErrNotFound):
			return ErrNotFound
		case errors.Is(err, gokeyring.ErrSetDataTooBig):
			return &Error{Reason: TooLarge, Err: err}
		}
		return explain(err)
	}
	return keyring{
		get: func(_ context.Context, key string) (string, error) {
			item, err := gokeyring.Get(service, key)
			return item, told(err)
		},
		set:    func(_ context.Context, key, item string) error { return told(gokeyring.Set(service, key, item)) },
		delete: func(_ context.Context, key string) error { return told(gokeyring.Delete(service, key)) },
		binary: true,
	}
}
