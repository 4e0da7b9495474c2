package session

import (
	"context"
	"errors"

	"github.com/oauthget/oauthget/internal/secretsource"
	"github.com/oauthget/oauthget/internal/store"
	"github.com/oauthget/oauthget/internal/token"
)

// PassphraseVariable holds the passphrase of the file store. It is no profile key, so that it is in no file and no argv.
const PassphraseVariable = "OAUTHGET_PASSPHRASE"

// StoreNamed is the store called name, opened as the profile says. Making it touches nothing.
func (s *Session) StoreNamed(name string) store.Store {
	switch name {
	case "none":
		return store.None{}
	case "file":
		return s.fileStore()
	}
	return s.keychain()
}

func (s *Session) keychain() *store.Keychain {
	return store.NewKeychain(store.KeychainOptions{StateDir: s.stateDir, Getenv: s.options.getenv, NoPrompt: s.options.NoInput})
}

// fileStore is the store of sealed files, and what opens them.
func (s *Session) fileStore() *store.File {
	o := store.FileOptions{
		StateDir: s.stateDir, IdentityFile: s.Profile.IdentityFile,
		Passphrase: token.NewSecret(s.options.getenv(PassphraseVariable)),
	}
	if source := s.Profile.Passphrase(); !source.Empty() {
		o.Command = func(ctx context.Context) (token.Secret, error) {
			return secretsource.Read(ctx, source, s.secretAccess())
		}
	}
	if !s.options.NoInput && s.console.CanAsk() {
		o.Ask = s.console.AskSecret
	}
	return store.NewFile(o)
}

// unlockStore has the person asked for a passphrase, and a wrong one found out, before the browser opens. A store that
// nothing can unlock is left to whoever saves: it is told there what that costs.
func (s *Session) unlockStore(ctx context.Context) error {
	file, ok := s.Store.(*store.File)
	if !ok {
		return nil
	}
	err := file.Unlock(ctx, s.Key)
	if e, ok := errors.AsType[*store.Error](err); ok && e.Reason == store.Locked {
		return nil
	}
	return err
}

// KeepNothing has the session neither look into a store nor save.
func (s *Session) KeepNothing() { s.Profile.Store, s.Store, s.Kept = "none", store.None{}, false }
