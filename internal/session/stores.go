package session

import (
	"context"
	"sync"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/secretsource"
	"github.com/oauthget/oauthget/internal/store"
	"github.com/oauthget/oauthget/internal/token"
)

// StoreNamed returns the store called name, with what the profile opens it with. It touches nothing yet.
func (s *Session) StoreNamed(name string) store.Store {
	switch name {
	case config.StoreNone:
		return store.None{}
	case config.StoreFile:
		return s.fileStore()
	}
	if m := s.options.Memory; m != nil {
		return m.keychain(s.keychain(), s.stateDir, s.options.Now)
	}
	return s.keychain()
}

func (s *Session) keychain() *store.Keychain { return s.options.Keychain(s.stateDir) }

// Keychain returns the keychain. It touches nothing yet.
func (o Options) Keychain(stateDir string) *store.Keychain {
	return store.NewKeychain(store.KeychainOptions{StateDir: stateDir, Getenv: o.getenv, NoPrompt: o.NoInput})
}

// FileStores are the file stores that the sessions of one command share: whatever opens the files is read, run or asked for
// once, and a passphrase costs one scrypt. The zero value is ready to use.
type FileStores struct {
	// Ask asks for a passphrase in the place of the session that needs it first; may be nil.
	Ask func(ctx context.Context, prompt string) (token.Secret, error)

	mu     sync.Mutex
	stores map[fileOpener]*store.File
}

// fileOpener is what opens a file store, beside the environment and the terminal.
type fileOpener struct{ stateDir, identityFile, passphraseKey, passphraseSource string }

// get returns the store for what opens it. f may be nil.
func (f *FileStores) get(by fileOpener, open func() *store.File) *store.File {
	if f == nil {
		return open()
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.stores == nil {
		f.stores = map[fileOpener]*store.File{}
	}
	if f.stores[by] == nil {
		f.stores[by] = open()
	}
	return f.stores[by]
}

// fileStore returns the store of sealed files.
func (s *Session) fileStore() *store.File {
	source := s.Profile.Passphrase()
	by := fileOpener{stateDir: s.stateDir, identityFile: s.Profile.IdentityFile}
	if !source.Empty() {
		by.passphraseKey, by.passphraseSource = source.Key, source.Source()
	}
	return s.options.FileStores.get(by, func() *store.File {
		o := store.FileOptions{
			StateDir: s.stateDir, IdentityFile: s.Profile.IdentityFile,
			Passphrase: token.NewSecret(s.options.getenv(config.PassphraseVariable)),
		}
		if !source.Empty() {
			o.Command = func(ctx context.Context) (token.Secret, error) {
				return secretsource.Read(ctx, source, s.secretAccess())
			}
		}
		switch shared := s.options.FileStores; {
		case shared != nil && shared.Ask != nil:
			o.Ask = shared.Ask
		case !s.options.NoInput && s.console.CanAsk():
			o.Ask = s.console.AskSecret
		}
		return store.NewFile(o)
	})
}

// KeepNothing makes the session neither load nor save tokens. Clients that it registers are kept all the same.
func (s *Session) KeepNothing() {
	s.clients = s.Store
	s.Profile.Store, s.Store = config.StoreNone, store.None{}
}

// clientStore is where registered clients are kept.
func (s *Session) clientStore() store.Store {
	if s.clients != nil {
		return s.clients
	}
	return s.Store
}

// keeps reports whether tokens are stored for the next process, with a lock and a record.
func (s *Session) keeps() bool { return s.Profile.Store != config.StoreNone }
