package main

import (
	"context"
	"errors"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/store"
	"github.com/oauthget/oauthget/internal/term"
	"github.com/oauthget/oauthget/internal/token"
)

// passphraseVariable holds the passphrase of the file store. It is no profile key, so that it is in no file and no argv.
const passphraseVariable = "OAUTHGET_PASSPHRASE"

// fileStore is the store of sealed files, and what opens them. Making it asks nothing.
func (s *session) fileStore(p config.Profile, stateDir string) *store.File {
	o := store.FileOptions{
		StateDir: stateDir, IdentityFile: p.IdentityFile,
		Passphrase: token.NewSecret(s.getenv(passphraseVariable)),
	}
	if source := p.Passphrase(); !source.Empty() {
		o.Command = func(ctx context.Context) (token.Secret, error) {
			return source.Resolve(ctx, s.secretAccess())
		}
	}
	if !s.global.noInput && term.CanAsk() {
		o.Ask = term.AskSecret
	}
	return store.NewFile(o)
}

// unlockStore has the person asked for a passphrase, and a wrong one found out, before the browser opens. A store that
// nothing can unlock is left to whoever saves: it is told there what that costs.
func (s *session) unlockStore(ctx context.Context) error {
	file, ok := s.store.(*store.File)
	if !ok {
		return nil
	}
	err := file.Unlock(ctx, s.key)
	if e, ok := errors.AsType[*store.Error](err); ok && e.Reason == store.Locked {
		return nil
	}
	return err
}
