package config

import (
	"context"
	"fmt"
	"io/fs"
)

// ReadPrivate reads the private key that the profile's key named key leads to, under the same condition as a client
// secret: that the file is for nobody else. Whose it is does not matter: who puts another key there only has the server
// refuse it. An error is an *Error and holds nothing of the file.
func ReadPrivate(ctx context.Context, key, path string) ([]byte, error) {
	text, err := readSecretFile(ctx, path, true)
	if err == nil {
		return []byte(text), nil
	}
	return nil, wrong(key, "%w", err).advise("%s", fileAdvice(key, err))
}

// ReadPublic reads what may be seen by everybody, such as a certificate. An error is an *Error.
func ReadPublic(ctx context.Context, key, path string) ([]byte, error) {
	data, _, err := readPublic(ctx, key, path)
	return data, err
}

// ReadTrusted reads what may be seen by everybody and changed by nobody else, such as the certificate of an authority. An
// error is an *Error.
func ReadTrusted(ctx context.Context, key, path string) ([]byte, error) {
	data, info, err := readPublic(ctx, key, path)
	if err != nil {
		return nil, err
	}
	if err := unchanged(path, info); err != nil {
		return nil, wrong(key, "read %s: %w", printable(path), err).advise("%s", err.advice)
	}
	return data, nil
}

func readPublic(ctx context.Context, key, path string) ([]byte, fs.FileInfo, error) {
	data, info, err := readPath(ctx, path, maxPublic)
	switch {
	case err != nil:
		return nil, nil, wrong(key, "read %s: %w", printable(path), err).advise("%s", fileAdvice(key, err))
	case len(data) > maxPublic:
		return nil, nil, wrong(key, "%s is larger than %d bytes", printable(path), maxPublic)
	}
	return data, info, nil
}

// maxPublic bounds a file of certificates, in bytes. The bundles of all public authorities have about 250 KiB.
const maxPublic = 1 << 20

// Unfit says of what a key's file holds that it cannot be used. err must hold none of it.
func Unfit(key, path string, err error, advice string) *Error {
	return &Error{Key: key, Err: fmt.Errorf("%s: %s: %w", key, printable(path), err), Advice: advice}
}
