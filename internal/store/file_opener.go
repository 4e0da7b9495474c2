package store

import (
	"context"
	"errors"

	"filippo.io/age"

	"github.com/oauthget/oauthget/internal/token"
)

var errNoOpener = errors.New("nothing says what opens it, and nobody can be asked")

// opener opens token files and seals those that it can open: with private keys, or with a passphrase.
type opener struct {
	sealers    []sealer // all of them open, the first one seals
	passphrase *passphrase
	asked      bool // whether a person typed the passphrase
}

// open returns the packed set in a file. earlier is whether the file has the name that earlier versions gave it.
func (o *opener) open(key string, sealed []byte, earlier bool) ([]byte, error) {
	text, err := decrypt(sealed, o.identities()...)
	if err != nil {
		return nil, err
	}
	if earlier {
		return earlierPackedSet(text, key)
	}
	sealers := o.sealers
	if o.passphrase != nil && o.passphrase.present != nil {
		sealers = []sealer{o.passphrase.present.sealer}
	}
	return packedSet(text, key, sealers)
}

func (o *opener) identities() []age.Identity {
	if o.passphrase != nil {
		return []age.Identity{o.passphrase}
	}
	var identities []age.Identity
	for _, s := range o.sealers {
		identities = append(identities, s.identity)
	}
	return identities
}

// ready makes sure that seal can seal. others returns the files that there are.
func (o *opener) ready(others func() [][]byte) error {
	if o.passphrase == nil {
		return nil
	}
	if err := o.passphrase.ensure(others); err != nil {
		return &Error{Reason: Refused, Err: err}
	}
	return nil
}

// seal returns the file of a packed set.
func (o *opener) seal(key string, packed []byte) ([]byte, error) {
	if o.passphrase != nil {
		return o.passphrase.present.seal(key, packed)
	}
	return o.sealers[0].seal(key, packed)
}

// check returns nil where there is something to open a file with. It runs nothing and asks nobody.
func (o FileOptions) check() error {
	switch {
	case o.IdentityFile != "":
		data, err := readIdentityFile(o.IdentityFile)
		if err != nil {
			return err
		}
		_, err = parseIdentities(data, func() (token.Secret, error) {
			if o.Passphrase.Empty() && o.Command == nil && o.Ask == nil {
				return token.Secret{}, &Error{Reason: Locked, Err: errNoOpener}
			}
			return token.Secret{}, errNotNow
		})
		if errors.Is(err, errNotNow) {
			return nil
		}
		return err
	case o.Passphrase.Empty() && o.Command == nil && o.Ask == nil:
		return &Error{Reason: Locked, Err: errNoOpener}
	}
	return nil
}

// errNotNow ends the reading of an identity at the point where its passphrase is needed.
var errNotNow = errors.New("not to be asked")

// openerFor returns what opens files, and asks for it where it must: twice where it seals a new file.
func (f *File) openerFor(ctx context.Context, isNew bool) (*opener, error) {
	if f.opener != nil {
		return f.opener, nil
	}
	made, err := f.options.opener(ctx, isNew)
	if err != nil {
		return nil, err
	}
	f.opener = made
	return made, nil
}

func (o FileOptions) opener(ctx context.Context, isNew bool) (*opener, error) {
	if o.IdentityFile != "" {
		return o.identityOpener(ctx)
	}
	secret, asked, err := o.passphrase(ctx, "token store", isNew)
	if err != nil {
		return nil, err
	}
	return &opener{passphrase: newPassphrase(secret, o.work), asked: asked}, nil
}
