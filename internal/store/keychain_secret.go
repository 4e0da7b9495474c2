package store

import (
	"context"
	"errors"

	"github.com/oauthget/oauthget/internal/token"
)

// Secret returns a client secret: the item that the person keeps under name, with the service "oauthget". It refuses the
// items of token sets, by their names, which [Key] makes, and by what they hold. A profile could otherwise send the token
// set of another one to its own server.
func (k *Keychain) Secret(ctx context.Context, name string) (string, error) {
	const op = "read secret from keychain"
	if isKey(name) {
		return "", k.fail(op, errOurItem)
	}
	text, err := k.keyring.get(ctx, name)
	if err != nil {
		return "", k.fail(op, err)
	}
	if isItem(text) {
		return "", k.fail(op, errOurItem)
	}
	return text, nil
}

var errOurItem = errors.New("the item holds tokens of oauthget and is not a client secret")

// SaveSecret keeps a client secret for [Keychain.Secret] to return. It replaces another one, and no token set. The secret
// has been read back when it returns nil.
func (k *Keychain) SaveSecret(ctx context.Context, name string, secret token.Secret) error {
	const op = "save secret in keychain"
	if _, err := k.Secret(ctx, name); err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	return k.fail(op, k.put(ctx, name, secret.Reveal()))
}

// DeleteSecret removes a client secret, if there is one.
func (k *Keychain) DeleteSecret(ctx context.Context, name string) error {
	const op = "delete secret from keychain"
	if _, err := k.Secret(ctx, name); err != nil {
		if errors.Is(err, ErrNotFound) {
			return nil
		}
		return err
	}
	return k.fail(op, k.keyring.delete(ctx, name))
}
