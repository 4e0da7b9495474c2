package config

import (
	"context"
	"errors"
	"fmt"
)

// ReadPrivateFile reads the file that a profile's key names, which is to be for its owner alone. Errors are an *Error that
// names the key, and hold none of the file.
func ReadPrivateFile(ctx context.Context, key, path string) ([]byte, error) {
	text, err := readSecretFile(ctx, path, true)
	if err != nil {
		return nil, unreadable(key, err)
	}
	return []byte(text), nil
}

// unreadable is why what a key names could not be read.
func unreadable(key string, err error) error {
	e := &Error{Key: key, Err: fmt.Errorf("%s: %w", key, err)}
	if wide, ok := errors.AsType[*wideFileError](err); ok {
		e = e.advise("chmod 600 %s", shellQuote(wide.path))
	}
	return e
}
