package sshidentity

import (
	"bytes"
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/subtle"
	"errors"
	"fmt"
	"math/big"
)

const openSSHMagic = "openssh-key-v1\x00"

// maxRounds bounds the work that a key file may ask for: about half a minute. ssh-keygen -a takes 16 where it is told nothing.
const maxRounds = 1 << 12

// parseOpenSSH reads OpenSSH's own format, as its file PROTOCOL.key describes it.
func parseOpenSSH(data []byte, passphrase func() ([]byte, error)) (crypto.PrivateKey, error) {
	data, ok := bytes.CutPrefix(data, []byte(openSSHMagic))
	if !ok {
		return nil, errMalformed
	}
	w := &wire{rest: data}
	cipherName, kdf, options := string(w.text()), string(w.text()), w.text()
	keys := w.uint32()
	w.text() // the public key, which the private part repeats
	private := w.text()
	if w.bad || keys != 1 { // nor does OpenSSH read a file of several
		return nil, errMalformed
	}
	if cipherName == "none" && kdf == "none" {
		return parsePrivate(private, errMalformed)
	}
	private, err := decryptPrivate(encryption{cipherName, kdf, options}, private, passphrase)
	if err != nil {
		return nil, err
	}
	return parsePrivate(private, ErrPassphrase)
}

// encryption is how a key file says that it is encrypted.
type encryption struct {
	cipher, kdf string
	options     []byte
}

func decryptPrivate(e encryption, private []byte, passphrase func() ([]byte, error)) ([]byte, error) {
	w := &wire{rest: e.options}
	salt, rounds := w.text(), w.uint32()
	switch {
	case e.cipher != "aes256-ctr" && e.cipher != "aes256-cbc" || e.kdf != "bcrypt":
		return nil, errors.New("encrypted in a way that is not known here: ssh-keygen -p -Z aes256-ctr -f FILE writes one that is")
	case w.bad || len(salt) == 0 || rounds == 0 || len(private)%aes.BlockSize != 0:
		return nil, errMalformed
	case rounds > maxRounds:
		return nil, fmt.Errorf("its passphrase takes %d rounds to check, and %d are enough", rounds, maxRounds)
	}
	secret, err := passphrase()
	if err != nil {
		return nil, err
	}
	if len(secret) == 0 {
		return nil, ErrPassphrase
	}
	key := bcryptKey(secret, salt, int(rounds), 32+aes.BlockSize)
	block, err := aes.NewCipher(key[:32])
	if err != nil {
		return nil, err
	}
	out, iv := make([]byte, len(private)), key[32:]
	if e.cipher == "aes256-cbc" {
		cipher.NewCBCDecrypter(block, iv).CryptBlocks(out, private)
	} else {
		cipher.NewCTR(block, iv).XORKeyStream(out, private)
	}
	return out, nil
}

// parsePrivate reads the part that may have been encrypted. It begins with a number twice: where the two differ, wrong
// is what has happened.
func parsePrivate(private []byte, wrong error) (crypto.PrivateKey, error) {
	w := &wire{rest: private}
	if check := w.uint32(); check != w.uint32() || w.bad {
		return nil, wrong
	}
	switch string(w.text()) {
	case ed25519Type:
		return parseEd25519(w)
	case rsaType:
		return parseRSA(w)
	}
	if w.bad {
		return nil, errMalformed
	}
	return nil, nil // some other kind of key, of which there is nothing to say here
}

func parseEd25519(w *wire) (crypto.PrivateKey, error) {
	public, private := w.text(), w.text()
	if !w.ends() || len(public) != ed25519.PublicKeySize || len(private) != ed25519.PrivateKeySize {
		return nil, errMalformed
	}
	key := ed25519.NewKeyFromSeed(private[:ed25519.SeedSize])
	if subtle.ConstantTimeCompare(key, private) == 0 || !bytes.Equal(key[ed25519.SeedSize:], public) {
		return nil, errMalformed
	}
	return key, nil
}

func parseRSA(w *wire) (crypto.PrivateKey, error) {
	n, e, d := w.int(), w.int(), w.int()
	inverse, p, q := w.int(), w.int(), w.int()
	if !w.ends() || n.BitLen() > maxRSA || e.BitLen() > 31 || p.BitLen() < 2 || q.BitLen() < 2 {
		return nil, errMalformed
	}
	key := &rsa.PrivateKey{
		PublicKey: rsa.PublicKey{N: n, E: int(e.Int64())},
		D:         d, Primes: []*big.Int{p, q},
	}
	// With these at hand the key need not be computed anew, but only checked: a tenth of the time.
	key.Precomputed.Dp, key.Precomputed.Dq, key.Precomputed.Qinv = modLess1(d, p), modLess1(d, q), inverse
	key.Precompute()
	if key.Validate() != nil {
		return nil, errMalformed
	}
	return key, nil
}

// modLess1 is d modulo p - 1, the exponent of RFC 8017 §3.2.
func modLess1(d, p *big.Int) *big.Int {
	return new(big.Int).Mod(d, new(big.Int).Sub(p, big.NewInt(1)))
}

// ends reads the comment and reports whether nothing follows it but padding: the bytes 1, 2, 3 and so on.
func (w *wire) ends() bool {
	w.text()
	for i, b := range w.rest {
		if int(b) != i+1 {
			return false
		}
	}
	return !w.bad
}
