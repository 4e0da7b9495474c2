//go:build !darwin && !windows && !linux && !netbsd && !openbsd && !(freebsd && cgo) && !(dragonfly && cgo)

package store

import "context"

func systemKeyring(KeychainOptions) keyring {
	unsupported := &Error{Reason: Unsupported}
	return keyring{
		probe:  func(context.Context) error { return unsupported },
		get:    func(context.Context, string) (string, error) { return "", unsupported },
		set:    func(context.Context, string, string) error { return unsupported },
		delete: func(context.Context, string) error { return unsupported },
	}
}
