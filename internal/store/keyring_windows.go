package store

import (
	"context"
	"errors"
)

func systemKeyring(KeychainOptions) keyring {
	ready := func(context.Context) error { return nil }
	explain := func(_ context.Context, err error) error { return err } // the system's own words say it
	k := goKeyring(ready, explain)
	k.probe = func(ctx context.Context) error {
		// A session without a profile, as some services and SSH logons are, has no credential set.
		if _, err := k.get(ctx, "probe"); !errors.Is(err, ErrNotFound) {
			return err
		}
		return nil
	}
	k.maxItem, k.binary = maxItemWindows, true
	return k
}
