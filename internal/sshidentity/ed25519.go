package sshidentity

import (
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"slices"

	"filippo.io/age"
	"golang.org/x/crypto/chacha20poly1305"
)

const (
	ed25519Type  = "ssh-ed25519"
	ed25519Label = "age-encryption.org/v1/ssh-ed25519"
)

// ed25519Identity is age's recipient type ssh-ed25519: X25519 with the key's Montgomery form, tweaked by the SSH public
// key so that a file names the SSH key it is for.
type ed25519Identity struct {
	secret      *ecdh.PrivateKey
	tweak       *ecdh.PrivateKey
	fingerprint string
}

func newEd25519(key ed25519.PrivateKey) (*ed25519Identity, error) {
	// The scalar of an Ed25519 key is the first half of the seed's hash (RFC 8032 §5.1.5), and X25519 clamps it alike.
	scalar := sha512.Sum512(key.Seed())
	secret, err := ecdh.X25519().NewPrivateKey(scalar[:32])
	if err != nil {
		return nil, err
	}
	publicKey := slices.Concat(wireText(ed25519Type), wireText(string(key[ed25519.SeedSize:])))
	tweakBytes, err := hkdf.Key(sha256.New, nil, publicKey, ed25519Label, 32)
	if err != nil {
		return nil, err
	}
	tweak, err := ecdh.X25519().NewPrivateKey(tweakBytes)
	if err != nil {
		return nil, err
	}
	return &ed25519Identity{secret, tweak, fingerprint(publicKey)}, nil
}

// Wrap implements [age.Recipient].
func (i *ed25519Identity) Wrap(fileKey []byte) ([]*age.Stanza, error) {
	ephemeral, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	shared, err := ephemeral.ECDH(i.secret.PublicKey())
	if err != nil {
		return nil, err
	}
	aead, err := i.wrappingKey(shared, ephemeral.PublicKey())
	if err != nil {
		return nil, err
	}
	share := base64.RawStdEncoding.EncodeToString(ephemeral.PublicKey().Bytes())
	body := aead.Seal(nil, make([]byte, aead.NonceSize()), fileKey, nil)
	return []*age.Stanza{{Type: ed25519Type, Args: []string{i.fingerprint, share}, Body: body}}, nil
}

// Unwrap implements [age.Identity].
func (i *ed25519Identity) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	return unwrapEach(stanzas, ed25519Type, i.fingerprint, i.unwrap)
}

func (i *ed25519Identity) unwrap(s *age.Stanza) ([]byte, error) {
	if len(s.Args) != 2 || len(s.Body) != sealedKeySize {
		return nil, errors.New("malformed ssh-ed25519 stanza")
	}
	share, err := base64.RawStdEncoding.Strict().DecodeString(s.Args[1])
	if err != nil {
		return nil, errors.New("malformed ssh-ed25519 stanza")
	}
	ephemeral, err := ecdh.X25519().NewPublicKey(share)
	if err != nil {
		return nil, errors.New("malformed ssh-ed25519 stanza")
	}
	shared, err := i.secret.ECDH(ephemeral)
	if err != nil {
		return nil, err
	}
	aead, err := i.wrappingKey(shared, ephemeral)
	if err != nil {
		return nil, err
	}
	fileKey, err := aead.Open(nil, make([]byte, aead.NonceSize()), s.Body, nil)
	if err != nil {
		return nil, age.ErrIncorrectIdentity
	}
	return fileKey, nil
}

// wrappingKey is used once, with a nonce of zeros: the ephemeral share makes it another for each file.
func (i *ed25519Identity) wrappingKey(shared []byte, ephemeral *ecdh.PublicKey) (cipher.AEAD, error) {
	point, err := ecdh.X25519().NewPublicKey(shared)
	if err != nil {
		return nil, err
	}
	tweaked, err := i.tweak.ECDH(point)
	if err != nil {
		return nil, err
	}
	salt := slices.Concat(ephemeral.Bytes(), i.secret.PublicKey().Bytes())
	key, err := hkdf.Key(sha256.New, tweaked, salt, ed25519Label, chacha20poly1305.KeySize)
	if err != nil {
		return nil, err
	}
	return chacha20poly1305.New(key)
}
