package store

import (
	"context"
	"errors"
	"os/exec"
	"time"
)

const security = "/usr/bin/security" // what go-keyring runs

func systemKeyring(o KeychainOptions) keyring {
	k := goKeyring(explainSecurity)
	get := k.get
	k.get = func(ctx context.Context, key string) (string, error) {
		item, err := get(ctx, key)
		if errors.Is(err, ErrNotFound) {
			// go-keyring looks for the words "could not be found", which security also has for the keychain itself.
			if err := defaultKeychain(ctx); err != nil {
				return "", err
			}
		}
		return item, err
	}
	k.probe = defaultKeychain
	k.maxItem = maxItemDarwin
	if o.NoPrompt {
		return withLimits(k, readLimit, writeLimit)
	}
	return withLimits(k, promptLimit, promptLimit)
}

// defaultKeychain returns nil where there is a keychain to use. A service account or a broken login may have none.
func defaultKeychain(ctx context.Context) error {
	cmd := exec.CommandContext(ctx, security, "default-keychain")
	cmd.WaitDelay = time.Second
	if err := cmd.Run(); err != nil {
		return &Error{Reason: NoCollection, Err: err}
	}
	return nil
}

// explainSecurity tells the exit statuses of security apart. They are the low byte of the Security framework's codes.
func explainSecurity(err error) error {
	exit, ok := errors.AsType[*exec.ExitError](err)
	if !ok {
		return err
	}
	switch exit.ExitCode() {
	case 36: // errSecInteractionNotAllowed, -25308: locked, and nobody to ask, as over SSH
		return &Error{Reason: Locked, Err: err}
	case 44: // errSecItemNotFound, -25300
		return ErrNotFound
	default: // 51 is errSecAuthFailed, -25293; 128 is errSecUserCanceled
		return &Error{Reason: Refused, Err: err}
	}
}
