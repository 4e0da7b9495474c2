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

// identityStanza is the type of the stanza in the header of a token file whose body is an age file of the identity that opens
// the token file, which the passphrase opens. Other programs that read age files skip it.
const identityStanza = "oauthget-identity"

// passphrase opens and seals token files with a passphrase. The passphrase itself opens an identity, and files are sealed to
// that identity: so scrypt, which is slow on purpose, runs once a process, and neither saving nor looking again repeats it.
// All files that one passphrase opens share an identity, and each has it in its header. So none depends on another file.
//
// It is an [age.Identity]. Files of earlier versions, which the passphrase opens without an identity, are opened as well.
type passphrase struct {
	secret token.Secret
	work   int // see scryptWork

	opened  map[string]*ownIdentity // by its sealed form; nil for one that the passphrase does not open
	present *ownIdentity            // opened last; new files are sealed to it. nil for none
}

// ownIdentity is an identity that a passphrase opens. It is an [age.Recipient].
type ownIdentity struct {
	sealer
	sealed []byte // what the passphrase opens
}

func newPassphrase(secret token.Secret, work int) *passphrase {
	return &passphrase{secret: secret, work: work, opened: map[string]*ownIdentity{}}
}

// Unwrap implements [age.Identity].
func (p *passphrase) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	for _, s := range stanzas {
		if s.Type == identityStanza {
			own, err := p.openIdentity(s.Body)
			if err != nil {
				return nil, err
			}
			return own.identity.Unwrap(stanzas)
		}
	}
	identity, err := p.scryptIdentity()
	if err != nil {
		return nil, err
	}
	return identity.Unwrap(stanzas)
}

func (p *passphrase) scryptIdentity() (*age.ScryptIdentity, error) {
	identity, err := age.NewScryptIdentity(p.secret.Reveal())
	if err == nil {
		identity.SetMaxWorkFactor(maxScryptWork)
	}
	return identity, err
}

// openIdentity opens an identity, with one scrypt the first time. The error is [age.ErrIncorrectIdentity] if the passphrase
// does not open it.
func (p *passphrase) openIdentity(sealed []byte) (*ownIdentity, error) {
	if own, tried := p.opened[string(sealed)]; own != nil {
		p.present = own
		return own, nil
	} else if tried {
		return nil, age.ErrIncorrectIdentity
	}
	by, err := p.scryptIdentity()
	if err != nil {
		return nil, err
	}
	text, err := decrypt(sealed, by)
	if e, ok := errors.AsType[*Error](err); ok && e.Reason == WrongPassphrase {
		p.opened[string(sealed)] = nil
		return nil, age.ErrIncorrectIdentity
	}
	if err != nil {
		return nil, err
	}
	identity, err := age.ParseX25519Identity(string(text))
	if err != nil {
		return nil, errDamagedFile
	}
	return p.add(identity, sealed)
}

func (p *passphrase) add(identity *age.X25519Identity, sealed []byte) (*ownIdentity, error) {
	s, err := newSealer(identity, identity.Recipient(), []byte(identity.String()))
	if err != nil {
		return nil, err
	}
	own := &ownIdentity{s, sealed}
	own.recipient = own // with the stanza of the identity
	p.opened[string(sealed)], p.present = own, own
	return own, nil
}

// ensure makes sure that there is an identity to seal to: the one of another file, if the passphrase opens it, or a new one.
func (p *passphrase) ensure(others func() [][]byte) error {
	if p.present != nil {
		return nil
	}
	for _, file := range others() {
		sealed := identityOf(file)
		if sealed == nil {
			continue
		}
		if _, err := p.openIdentity(sealed); err == nil {
			return nil
		}
	}
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		return err
	}
	recipient, err := age.NewScryptRecipient(p.secret.Reveal())
	if err != nil {
		return err
	}
	recipient.SetWorkFactor(p.work)
	sealed, err := encrypt(recipient, identity.String())
	if err != nil {
		return err
	}
	_, err = p.add(identity, sealed)
	return err
}

// Wrap implements [age.Recipient].
func (own *ownIdentity) Wrap(fileKey []byte) ([]*age.Stanza, error) {
	stanzas, err := own.identity.(*age.X25519Identity).Recipient().Wrap(fileKey)
	return append(stanzas, &age.Stanza{Type: identityStanza, Body: own.sealed}), err
}

// identityOf returns the sealed identity in the header of a token file; nil if there is none.
func identityOf(file []byte) []byte {
	var reader stanzaReader
	_, _ = decrypt(file, &reader)
	return reader.identity
}

// stanzaReader is an [age.Identity] that opens nothing and keeps the body of the identity's stanza.
type stanzaReader struct{ identity []byte }

func (r *stanzaReader) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	for _, s := range stanzas {
		if s.Type == identityStanza {
			r.identity = s.Body
		}
	}
	return nil, age.ErrIncorrectIdentity
}

// newPassphraseTries is how often a person may fail to type a new passphrase twice alike.
const newPassphraseTries = 3

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
