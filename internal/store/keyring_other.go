//go:build !darwin && !windows && !linux && !netbsd && !openbsd && !(freebsd && cgo) && !(dragonfly && cgo)

package store

import "context"

func systemKeyring(KeychainOptions) keyring {
	unsupported := func(context.Context) error { return &Error{Reason: Unsupported} }
	k := goKeyring(unsupported, func(_ context.Context, err error) error { return err })
	k.probe = unsupported
	return k
}
