package store

import "context"

// service is the name oauthget's items bear in every keychain; the account is the key.
const service = "oauthget"

// The most that one item holds, in bytes.
const (
	// go-keyring refuses more, as Windows does (CRED_MAX_CREDENTIAL_BLOB_SIZE is 5*512).
	maxItemWindows = 2560

	// It stands in base64 in a command of at most 4,095 bytes (maxSecurityCommand). What surrounds it takes 128 bytes,
	// which leaves 2,973.
	maxItemDarwin = 2900

	// A Secret Service takes any size. But godbus decodes a byte array one byte at a time: 1 KB of an item costs
	// about as long to read as a whole sealed file, and 4 KB add a quarter to the time that a stored token takes.
	maxItemSecretService = 2048
)

// keyring is the operating system's keychain as [Keychain] sees it. get and delete return ErrNotFound where there is
// no item. Errors that know their reason are an *Error. Each call ends in time, and with its context.
type keyring struct {
	probe  func(ctx context.Context) error
	unlock func(ctx context.Context) error // nil where there is nothing to be done beforehand
	get    func(ctx context.Context, key string) (string, error)
	set    func(ctx context.Context, key, item string) error
	delete func(ctx context.Context, key string) error

	maxItem int  // bytes
	binary  bool // whether items need not be text
}
