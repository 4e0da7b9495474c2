package store

import (
	"context"
	"crypto/subtle"
	"errors"
	"io/fs"

	"github.com/oauthget/oauthget/internal/token"
)

// Keychain is the store in the operating system's keychain: the Secret Service on D-Bus (GNOME Keyring, KWallet,
// KeePassXC), the macOS keychain, the Windows Credential Manager.
//
// There is one item a key. It holds the set itself, or, where the set is too large for it, the key and the name of a sealed
// file in the state directory, which was written first. So the one write of the item switches from the old set to the new
// one in either case, and a crash at any point leaves one of them.
//
// A locked keyring asks a person by its own prompt where one can see it (DISPLAY or WAYLAND_DISPLAY is set) and may be
// asked. Then Probe returns nil, and each other method waits up to a minute. Anywhere else they return an [*Error] with the
// reason Locked at once. On macOS the system decides whether it asks.
type Keychain struct {
	stateDir string
	keyring  keyring
}

// KeychainOptions are the options of [NewKeychain].
type KeychainOptions struct {
	StateDir string              // from [StateDir]
	Getenv   func(string) string // os.Getenv
	NoPrompt bool                // nobody may be asked to unlock the keychain
}

// NewKeychain returns a Keychain. It opens nothing yet.
func NewKeychain(o KeychainOptions) *Keychain {
	return &Keychain{o.StateDir, systemKeyring(o)}
}

// Name implements [Store].
func (k *Keychain) Name() string { return "keychain" }

// Probe implements [Store].
func (k *Keychain) Probe(ctx context.Context) error {
	return k.fail("open token store", k.keyring.probe(ctx))
}

// Unlock implements [Store]. Only a Secret Service may be started, or be without a keyring, once it has been probed.
func (k *Keychain) Unlock(ctx context.Context, _ string) error {
	if k.keyring.unlock == nil {
		return nil
	}
	return k.fail("unlock token store", k.keyring.unlock(ctx))
}

// Load implements [Store].
func (k *Keychain) Load(ctx context.Context, key string) (token.Set, error) {
	const op = "load token"
	for previous := ""; ; {
		text, err := k.keyring.get(ctx, key)
		if err != nil {
			return token.Set{}, k.fail(op, err)
		}
		set, err := k.open(key, text)
		// A writer may have removed the sealed file after we read the item. Then the item has changed too.
		if errors.Is(err, fs.ErrNotExist) && text != previous {
			previous = text
			continue
		}
		if err != nil {
			return token.Set{}, k.fail(op, &Error{Reason: Unreadable, Err: err})
		}
		return set, nil
	}
}

// open returns the set that an item holds or points to.
func (k *Keychain) open(key, text string) (token.Set, error) {
	it, err := parseItem(text)
	if err != nil {
		return token.Set{}, err
	}
	if it.sealed != nil {
		if it.packed, err = readSealed(k.stateDir, key, *it.sealed); err != nil {
			return token.Set{}, err
		}
	}
	return unpack(it.packed)
}

// Save implements [Store].
func (k *Keychain) Save(ctx context.Context, key string, set token.Set) error {
	const op = "save token"
	packed, err := pack(set)
	if err != nil {
		return k.fail(op, &Error{Reason: TooLarge, Err: err})
	}
	text, id := inlineItem(packed, k.keyring.binary), ""
	if len(text) > k.keyring.maxItem {
		ref, err := k.seal(ctx, key, packed)
		if err != nil {
			return k.fail(op, err)
		}
		text, id = ref.item(), ref.id
	}
	if err := k.put(ctx, key, text); err != nil {
		return k.fail(op, err)
	}
	removeSealed(k.stateDir, key, id)
	return nil
}

// seal writes the sealed file of an item that is not written yet. It reads the present item first: nothing is written where
// the keychain cannot be used, and the files that the item does not point to are those of writers that died.
func (k *Keychain) seal(ctx context.Context, key string, packed []byte) (sealedRef, error) {
	text, err := k.keyring.get(ctx, key)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return sealedRef{}, err
	}
	inUse := ""
	if present, err := parseItem(text); err == nil && present.sealed != nil {
		inUse = present.sealed.id
	}
	removeSealed(k.stateDir, key, inUse)
	ref, err := writeSealed(k.stateDir, key, packed)
	if err != nil {
		return sealedRef{}, &Error{Reason: StateDirBad, Err: err}
	}
	return ref, nil
}

// put writes an item and reads it back. security(1) of macOS reads a command that is too long as two, and its status is that
// of the second.
func (k *Keychain) put(ctx context.Context, key, text string) error {
	if err := k.keyring.set(ctx, key, text); err != nil {
		return err
	}
	stored, err := k.keyring.get(ctx, key)
	if errors.Is(err, ErrNotFound) || err == nil && subtle.ConstantTimeCompare([]byte(stored), []byte(text)) == 0 {
		return errors.New("the keychain took the token but does not have it")
	}
	return err
}

// Delete implements [Store].
func (k *Keychain) Delete(ctx context.Context, key string) error {
	const op = "delete token"
	err := k.keyring.delete(ctx, key)
	if err == nil { // what the keychain says is checked, as in put
		_, err = k.keyring.get(ctx, key)
		if err == nil {
			err = errors.New("the item is still in the keychain")
		}
	}
	if !errors.Is(err, ErrNotFound) {
		return k.fail(op, err)
	}
	removeSealed(k.stateDir, key, "")
	return nil
}

func (k *Keychain) fail(op string, err error) error { return failure(k, op, Refused, err) }
