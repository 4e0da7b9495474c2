package store

import (
	"context"
	"errors"
)

func systemKeyring(KeychainOptions) keyring {
	k := goKeyring(func(err error) error { return err }) // the system's own words say it
	get := k.get
	k.probe = func(ctx context.Context) error {
		// A session without a profile, as some services and SSH logons are, has no credential set.
		if _, err := get(ctx, "probe"); !errors.Is(err, ErrNotFound) {
			return err
		}
		return nil
	}
	k.maxItem = maxItemWindows
	return withLimits(k, readLimit, writeLimit)
}
