package secretsource

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/oauthget/oauthget/internal/bounded"
	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/ownership"
	"github.com/oauthget/oauthget/internal/textfile"
)

// maxFile bounds a certificate file, in bytes. Bundles of all public authorities have about 250 KiB.
const maxFile = 1 << 20

// PrivateFile reads the private key at path, the value of the profile key named key. Other users must not be able to read it.
// The owner is not checked: the server refuses a wrong key. An error is a *config.Error.
func PrivateFile(ctx context.Context, key, path string) ([]byte, error) {
	data, err := readPrivate(ctx, path, maxSecret)
	return data, keyError(key, err)
}

// PublicFile reads a file that anybody may read, such as a certificate. An error is a *config.Error.
func PublicFile(ctx context.Context, key, path string) ([]byte, error) {
	data, _, err := readFile(ctx, path, maxFile)
	return data, keyError(key, err)
}

// TrustedFile reads a file that anybody may read but no other user may change, such as the certificate of an authority. An
// error is a *config.Error.
func TrustedFile(ctx context.Context, key, path string) ([]byte, error) {
	data, info, err := readFile(ctx, path, maxFile)
	if err != nil {
		return nil, keyError(key, err)
	}
	if e, ok := errors.AsType[*config.Error](config.CheckNotWritableByOthers(path, info)); ok {
		return nil, &config.Error{Key: key, Err: fmt.Errorf("%s: read %s: %w", key, config.Printable(path), e.Err), Advice: e.Advice}
	}
	return data, nil
}

// Unfit returns the error for a file whose content cannot be used. err must not show the content.
func Unfit(key, path string, err error, advice string) *config.Error {
	return &config.Error{Key: key, Err: fmt.Errorf("%s: %s: %w", key, config.Printable(path), err), Advice: advice}
}

// exposedError is returned for a secret file that others can read.
type exposedError struct {
	path string
	info fs.FileInfo
}

func (e *exposedError) Error() string {
	return fmt.Sprintf("other users of this machine can read %s (mode %04o)", config.Printable(e.path), e.info.Mode().Perm())
}

// readPrivate reads a file that other users must not be able to read. A pipe has no other readers.
func readPrivate(ctx context.Context, path string, limit int64) ([]byte, error) {
	data, info, err := readFile(ctx, path, limit)
	if info != nil && info.Mode().IsRegular() && ownership.Allows(info, 0o077) {
		return nil, &exposedError{path, info}
	}
	return data, err
}

func readFile(ctx context.Context, path string, limit int64) ([]byte, fs.FileInfo, error) {
	data, info, err := bounded.ReadFile(ctx, path, limit)
	if err != nil {
		err = fmt.Errorf("read %s: %w", config.Printable(path), err)
	}
	return textfile.Decode(data), info, err
}

func keyError(key string, err error) error {
	if err == nil {
		return nil
	}
	return &config.Error{Key: key, Err: fmt.Errorf("%s: %w", key, err), Advice: fileAdvice(key, err)}
}

// fileAdvice is something to do about a key's file that cannot be read.
func fileAdvice(key string, err error) string {
	if exposed, ok := errors.AsType[*exposedError](err); ok {
		return config.Chmod("600", exposed.path, exposed.info)
	}
	if long, ok := errors.AsType[*bounded.TooLongError](err); ok {
		return fmt.Sprintf("set %s to a file of at most %d KiB", key, long.Limit>>10)
	}
	return "set " + key + " to a file that is there and that you may read"
}
