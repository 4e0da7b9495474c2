package store

import (
	"context"
	"errors"
	"time"

	gokeyring "github.com/zalando/go-keyring"
)

// service is the name oauthget's items bear in every keychain; the account is the key.
const service = "oauthget"

// The most that one item holds, in bytes.
const (
	// go-keyring refuses more, as Windows does (CRED_MAX_CREDENTIAL_BLOB_SIZE is 5*512).
	maxItemWindows = 2560

	// go-keyring hands /usr/bin/security one line in which the item stands in base64, and refuses a line of more
	// than 4,096 bytes. A line of exactly 4,096 security drops without an error. What surrounds the item takes
	// 126 bytes, which leaves 2,976.
	maxItemDarwin = 2900

	// A Secret Service takes any size. But godbus decodes a byte array one byte at a time: 1 KB of an item costs
	// about as long to read as a whole sealed file, and 4 KB add a quarter to the time that a stored token takes.
	maxItemSecretService = 2048
)

// How long the keychain may take. Where a person may have to answer its prompt, it may take as long as they do, within
// reason; that the service itself is alive has then been seen in probeLimit.
const (
	probeLimit  = 5 * time.Second
	readLimit   = 5 * time.Second
	writeLimit  = 30 * time.Second // a sync to a busy disk
	promptLimit = 60 * time.Second
)

// keyring is the operating system's keychain as [Keychain] sees it. get and delete return ErrNotFound where there is
// no item. Errors that know their reason are an *Error. The calls need not obey their context, and may panic.
type keyring struct {
	probe  func(ctx context.Context) error
	get    func(ctx context.Context, key string) (string, error)
	set    func(ctx context.Context, key, item string) error
	delete func(ctx context.Context, key string) error

	// quick is a short way to an item that is there and open; false says that get has to tell. It obeys its context. It
	// is nil where there is none.
	quick func(ctx context.Context, key string) (item string, ok bool)

	maxItem     int  // bytes
	binary      bool // whether items need not be text
	read, write time.Duration
}

// goKeyring is go-keyring. ready is asked before each call, which is not made where it fails; explain finds the reason
// of an error, of which go-keyring tells none but "not found".
func goKeyring(ready func(context.Context) error, explain func(context.Context, error) error) keyring {
	told := func(ctx context.Context, err error) error {
		switch {
		case err == nil:
			return nil
		case errors.Is(err, gokeyring.ErrNotFound):
			return ErrNotFound
		case errors.Is(err, gokeyring.ErrSetDataTooBig):
			return &Error{Reason: TooLarge, Err: err}
		}
		return explain(ctx, err)
	}
	return keyring{
		get: func(ctx context.Context, key string) (string, error) {
			if err := ready(ctx); err != nil {
				return "", err
			}
			item, err := gokeyring.Get(service, key)
			return item, told(ctx, err)
		},
		set: func(ctx context.Context, key, item string) error {
			if err := ready(ctx); err != nil {
				return err
			}
			return told(ctx, gokeyring.Set(service, key, item))
		},
		delete: func(ctx context.Context, key string) error {
			if err := ready(ctx); err != nil {
				return err
			}
			return told(ctx, gokeyring.Delete(service, key))
		},
		read:  readLimit,
		write: writeLimit,
	}
}
