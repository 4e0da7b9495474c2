package sshidentity

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"errors"
	"math/big"
	"slices"

	"filippo.io/age"
)

const (
	rsaType  = "ssh-rsa"
	rsaLabel = "age-encryption.org/v1/ssh-rsa"
)

// The sizes of an RSA key, in bits: age takes none that is smaller, OpenSSH makes none that is larger.
const (
	minRSA = 2048
	maxRSA = 16384
)

// rsaIdentity is age's recipient type ssh-rsa: RSA-OAEP with SHA-256.
type rsaIdentity struct {
	key         *rsa.PrivateKey
	fingerprint string
}

func newRSA(key *rsa.PrivateKey) (*rsaIdentity, error) {
	if bits := key.N.BitLen(); bits < minRSA || bits > maxRSA {
		return nil, errors.New("an RSA key here has 2048 to 16384 bits")
	}
	publicKey := slices.Concat(wireText(rsaType), wireInt(big.NewInt(int64(key.E))), wireInt(key.N))
	return &rsaIdentity{key, fingerprint(publicKey)}, nil
}

// Wrap implements [age.Recipient].
func (i *rsaIdentity) Wrap(fileKey []byte) ([]*age.Stanza, error) {
	body, err := rsa.EncryptOAEP(sha256.New(), rand.Reader, &i.key.PublicKey, fileKey, []byte(rsaLabel))
	if err != nil {
		return nil, err
	}
	return []*age.Stanza{{Type: rsaType, Args: []string{i.fingerprint}, Body: body}}, nil
}

// Unwrap implements [age.Identity].
func (i *rsaIdentity) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	return unwrapEach(stanzas, rsaType, i.fingerprint, func(s *age.Stanza) ([]byte, error) {
		if len(s.Args) != 1 {
			return nil, errors.New("malformed ssh-rsa stanza")
		}
		fileKey, err := rsa.DecryptOAEP(sha256.New(), nil, i.key, s.Body, []byte(rsaLabel))
		if err != nil || len(fileKey) != fileKeySize {
			return nil, age.ErrIncorrectIdentity
		}
		return fileKey, nil
	})
}
