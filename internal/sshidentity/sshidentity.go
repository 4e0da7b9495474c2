// Package sshidentity makes age identities of SSH private keys: the recipient types ssh-ed25519 and ssh-rsa of age, and
// the private key files of OpenSSH (PROTOCOL.key), PKCS #1 and PKCS #8.
//
// filippo.io/age/agessh does the same, and is what the tests compare with. But it links golang.org/x/crypto/ssh, which
// costs every start of the program 0.2 ms of initialisation, a quarter of all there is, and the program 220 KB: for a
// protocol that is never spoken.
//
// It deliberately reads no file, asks nobody, and speaks no SSH.
package sshidentity

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"

	"filippo.io/age"
	"golang.org/x/crypto/chacha20poly1305"
)

// ErrPassphrase says that the passphrase does not open the private key.
var ErrPassphrase = errors.New("the passphrase does not open the private key")

// Identity opens what was sealed for it, and seals for itself.
type Identity interface {
	age.Identity
	age.Recipient
}

// Is reports whether data looks like a private key file that Parse is for.
func Is(data []byte) bool {
	block, _ := pem.Decode(data)
	return block != nil
}

// Parse reads a private key file. passphrase is called only where the key is encrypted, and its error is returned as it
// is. Errors hold nothing of the file but the names of what it uses.
func Parse(data []byte, passphrase func() ([]byte, error)) (Identity, error) {
	block, _ := pem.Decode(data)
	if block == nil {
		return nil, errors.New("not a PEM file")
	}
	key, err := parseBlock(block, passphrase)
	if err != nil {
		return nil, err
	}
	switch key := key.(type) {
	case ed25519.PrivateKey:
		return newEd25519(key)
	case *rsa.PrivateKey:
		return newRSA(key)
	}
	return nil, errors.New("age seals for ed25519 and RSA keys alone: make one with ssh-keygen -t ed25519")
}

func parseBlock(block *pem.Block, passphrase func() ([]byte, error)) (crypto.PrivateKey, error) {
	if block.Headers["DEK-Info"] != "" || block.Type == "ENCRYPTED PRIVATE KEY" {
		return nil, errors.New("encrypted in a form that is not OpenSSH's own: ssh-keygen -p -f FILE writes that")
	}
	var key crypto.PrivateKey
	var err error
	switch block.Type {
	case "OPENSSH PRIVATE KEY":
		return parseOpenSSH(block.Bytes, passphrase)
	case "RSA PRIVATE KEY":
		key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	case "PRIVATE KEY":
		key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	default:
		return nil, errors.New("not a private key that age can use")
	}
	if err != nil {
		return nil, errMalformed // what is wrong would be told in the words of ASN.1
	}
	return key, nil
}

var errMalformed = errors.New("the private key is damaged")

// The bytes of age's file key, and what sealing them in ChaCha20-Poly1305 adds.
const (
	fileKeySize   = 16
	sealedKeySize = fileKeySize + chacha20poly1305.Overhead
)

// fingerprint tells in a file's header which key it is for. It identifies the public key to whoever has it.
func fingerprint(publicKey []byte) string {
	sum := sha256.Sum256(publicKey)
	return base64.RawStdEncoding.EncodeToString(sum[:4])
}

// unwrapEach tries the stanzas of one type and fingerprint in turn. A fingerprint is short, so that it may be another's
// by chance: a stanza that does not open is not for us.
func unwrapEach(stanzas []*age.Stanza, kind, fingerprint string, unwrap func(*age.Stanza) ([]byte, error)) ([]byte, error) {
	for _, s := range stanzas {
		if s.Type != kind {
			continue
		}
		if len(s.Args) == 0 {
			return nil, fmt.Errorf("malformed %s stanza", kind)
		}
		if s.Args[0] != fingerprint {
			continue
		}
		fileKey, err := unwrap(s)
		if !errors.Is(err, age.ErrIncorrectIdentity) {
			return fileKey, err
		}
	}
	return nil, age.ErrIncorrectIdentity
}
