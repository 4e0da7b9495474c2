package store

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"filippo.io/age"
	"filippo.io/age/agessh"
	"golang.org/x/crypto/ssh"

	"github.com/oauthget/oauthget/internal/bounded"
	"github.com/oauthget/oauthget/internal/ownership"
	"github.com/oauthget/oauthget/internal/textfile"
	"github.com/oauthget/oauthget/internal/token"
)

// maxIdentityFile bounds what is read of an identity file, in bytes. An RSA key of 16,384 bits takes 12 KB.
const maxIdentityFile = 64 << 10

// The sizes of an RSA key, in bits. age takes no smaller one, OpenSSH makes no larger one.
const (
	minRSA = 2048
	maxRSA = 16384
)

// ageSecretKey begins the text of an X25519 identity. That of a hybrid key begins with a longer text.
const ageSecretKey = "AGE-SECRET-KEY-1"

// identityOpener returns what opens with the identity file alone. The passphrase is that of the identity file.
func (o FileOptions) identityOpener(ctx context.Context) (*opener, error) {
	data, err := readIdentityFile(o.IdentityFile)
	if err != nil {
		return nil, err
	}
	made := &opener{}
	made.sealers, err = parseIdentities(data, func() (secret token.Secret, err error) {
		secret, made.asked, err = o.passphrase(ctx, "identity file "+o.IdentityFile, false)
		return secret, err
	})
	return made, err
}

// readIdentityFile reads a private key, and refuses one that others have or may read: whoever has it has the tokens.
func readIdentityFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, identityError(err)
	}
	if !info.Mode().IsRegular() { // opening a pipe would wait for its writer
		return nil, identityError(fmt.Errorf("%s is not a regular file", path))
	}
	if !ownership.IsTrusted(info) {
		return nil, identityError(&fs.PathError{Op: "open", Path: path, Err: errNotOurs})
	}
	if err := checkMode(path, info); err != nil {
		return nil, err
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, identityError(err)
	}
	defer func() { _ = file.Close() }()
	data, err := bounded.Read(file, maxIdentityFile)
	if err != nil {
		return nil, identityError(err)
	}
	return textfile.Decode(data), nil
}

// parseIdentities reads an SSH private key or the lines of an age identity file. All of them open, the first one seals.
func parseIdentities(data []byte, passphrase func() (token.Secret, error)) ([]sealer, error) {
	if bytes.HasPrefix(data, []byte(ageMagic)) || bytes.HasPrefix(data, []byte("-----BEGIN AGE ENCRYPTED FILE-----")) {
		return nil, identityError(errors.New("encrypted age identity files cannot be used: an SSH key may have a passphrase"))
	}
	if block, _ := pem.Decode(data); block != nil {
		return parseSSHIdentity(data, passphrase)
	}
	var sealers []sealer
	number := 0
	for line := range strings.Lines(string(data)) {
		number++
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if !strings.HasPrefix(line, ageSecretKey) {
			return nil, identityError(fmt.Errorf("line %d is not an X25519 identity: age-keygen makes one", number))
		}
		identity, err := age.ParseX25519Identity(line)
		if err != nil {
			return nil, identityError(fmt.Errorf("line %d is a damaged X25519 identity", number)) // age would quote it
		}
		s, err := newSealer(identity, identity.Recipient(), []byte(identity.String()))
		if err != nil {
			return nil, identityError(err)
		}
		sealers = append(sealers, s)
	}
	if sealers == nil {
		return nil, identityError(errors.New("there is none in it"))
	}
	return sealers, nil
}

// parseSSHIdentity reads an SSH private key. The errors of package ssh are not passed on: they quote the file.
func parseSSHIdentity(data []byte, passphrase func() (token.Secret, error)) ([]sealer, error) {
	key, err := ssh.ParseRawPrivateKey(data)
	if _, encrypted := errors.AsType[*ssh.PassphraseMissingError](err); encrypted {
		secret, failed := passphrase()
		if failed != nil {
			return nil, failed
		}
		key, err = ssh.ParseRawPrivateKeyWithPassphrase(data, []byte(secret.Reveal()))
	}
	switch {
	case errors.Is(err, x509.IncorrectPasswordError):
		return nil, &Error{Reason: WrongPassphrase, Err: errors.New("the passphrase does not open the private key")}
	case err != nil:
		return nil, identityError(errors.New("the private key is damaged or in an unsupported form: ssh-keygen -p -f FILE converts it"))
	}
	switch key := key.(type) {
	case *ed25519.PrivateKey: // OpenSSH's form
		return ed25519Sealer(*key)
	case ed25519.PrivateKey: // PKCS #8
		return ed25519Sealer(key)
	case *rsa.PrivateKey:
		return rsaSealer(key)
	}
	return nil, identityError(errors.New("only ed25519 and RSA keys can be used: ssh-keygen -t ed25519 makes one"))
}

func ed25519Sealer(key ed25519.PrivateKey) ([]sealer, error) {
	if !ed25519.NewKeyFromSeed(key.Seed()).Equal(key) {
		return nil, identityError(errors.New("the private key is damaged"))
	}
	identity, err := agessh.NewEd25519Identity(key)
	if err != nil {
		return nil, identityError(err)
	}
	s, err := newSealer(identity, identity.Recipient(), key.Seed())
	return []sealer{s}, err
}

func rsaSealer(key *rsa.PrivateKey) ([]sealer, error) {
	if bits := key.N.BitLen(); bits < minRSA || bits > maxRSA {
		return nil, identityError(fmt.Errorf("an RSA key must have %d to %d bits", minRSA, maxRSA))
	}
	identity, err := agessh.NewRSAIdentity(key)
	if err != nil {
		return nil, identityError(err)
	}
	s, err := newSealer(identity, identity.Recipient(), key.D.Bytes())
	return []sealer{s}, err
}

func identityError(err error) error {
	return &Error{Reason: OpenerBad, Err: fmt.Errorf("identity file: %w", err)}
}
