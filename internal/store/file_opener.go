package store

import (
	"context"
	"errors"
	"fmt"

	"filippo.io/age"

	"github.com/oauthget/oauthget/internal/token"
)

// The work of scrypt, as the logarithm of its cost: what each guess at the passphrase of a stolen file costs.
const (
	// scryptWork is OWASP's recommendation for scrypt (N = 2^17, r = 8, p = 1): 128 MiB, and 0.2 to 0.4 s on a laptop.
	// age's default of 18 takes twice as much of both, each time a stored token is read.
	scryptWork = 17

	// maxScryptWork bounds what a file may ask for. It is one more than is written now, so that a later version may
	// write it. A planted file costs 256 MiB and a second.
	maxScryptWork = 18
)

// newPassphraseTries is how often a person may fail to type a new passphrase twice alike.
const newPassphraseTries = 3

var errNoOpener = errors.New("nothing says what opens it, and nobody can be asked")

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
	identity, err := age.NewScryptIdentity(secret.Reveal())
	if err != nil {
		return nil, err // it is empty, which passphrase refuses
	}
	identity.SetMaxWorkFactor(maxScryptWork)
	recipient, err := age.NewScryptRecipient(secret.Reveal())
	if err != nil {
		return nil, err
	}
	recipient.SetWorkFactor(o.work)
	return &opener{identities: []age.Identity{identity}, recipient: recipient, asked: asked}, nil
}

// passphrase returns the passphrase of what: the one that is set, a command's, or a person's.
func (o FileOptions) passphrase(ctx context.Context, what string, isNew bool) (secret token.Secret, asked bool, err error) {
	switch {
	case !o.Passphrase.Empty():
		return o.Passphrase, false, nil
	case o.Command != nil:
		secret, err = o.Command(ctx)
	case o.Ask == nil:
		return secret, false, &Error{Reason: Locked, Err: errNoOpener}
	case isNew:
		asked = true
		secret, err = o.askNew(ctx)
	default:
		asked = true
		secret, err = o.Ask(ctx, "Passphrase of the "+what)
	}
	switch {
	case ctx.Err() != nil:
		return token.Secret{}, asked, ctx.Err()
	case err != nil:
		return token.Secret{}, asked, &Error{Reason: OpenerBad, Err: err}
	case secret.Empty():
		return token.Secret{}, asked, &Error{Reason: OpenerBad, Err: errors.New("the passphrase is empty")}
	}
	return secret, asked, nil
}

// askNew asks twice for a passphrase that nothing is sealed with yet: a typing error would be noticed too late.
func (o FileOptions) askNew(ctx context.Context) (token.Secret, error) {
	prompt := "New passphrase for the token store"
	for range newPassphraseTries {
		first, err := o.Ask(ctx, prompt)
		if err != nil || first.Empty() {
			return first, err
		}
		again, err := o.Ask(ctx, "The same passphrase again")
		if err != nil {
			return token.Secret{}, err
		}
		if first.Equal(again) {
			return first, nil
		}
		prompt = "The two differ. New passphrase for the token store"
	}
	return token.Secret{}, fmt.Errorf("the two passphrases differed %d times", newPassphraseTries)
}
