package store

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"

	"github.com/oauthget/oauthget/internal/bounded"
)

// A sealed file holds a packed set that is too large for its keychain item: sealedMagic, then nonce, ciphertext and tag of
// AES-256-GCM. Each write has a fresh key, which only the keychain item holds, and a fresh name. No file is written twice.
const (
	sealedMagic   = "oauthget sealed file 1\n"
	sealedKeySize = 32 // AES-256
)

// sealedRef is what opens a sealed file.
type sealedRef struct {
	key [sealedKeySize]byte
	id  string // the random part of the file's name, from rand.Text
}

// validID reports whether id has the form of rand.Text, which is a plain file name.
func validID(id string) bool {
	return len(id) >= 26 && len(id) <= 64 && strings.Trim(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") == ""
}

// sealedPrefix begins the names of all sealed files of a key, so that a later write finds those that a crash left behind.
// It is a hash, because a file's name should not tell more about the token than the keychain item does.
func sealedPrefix(key string) string {
	sum := sha256.Sum256([]byte(sealedMagic + key))
	return hex.EncodeToString(sum[:16]) + "-"
}

func sealedName(key, id string) string { return sealedPrefix(key) + id }

// sealedCipher also returns the additional data, which detects that a file was put in another's place, even under its name
// or together with its item.
func sealedCipher(key string, ref sealedRef) (aead cipher.AEAD, bound []byte, err error) {
	block, err := aes.NewCipher(ref.key[:])
	if err != nil {
		return nil, nil, err
	}
	aead, err = cipher.NewGCMWithRandomNonce(block)
	return aead, []byte(sealedMagic + key + "\x00" + ref.id), err
}

// writeSealed writes a new sealed file for key, durably.
func writeSealed(stateDir, key string, packed []byte) (sealedRef, error) {
	ref := sealedRef{id: rand.Text()}
	_, _ = rand.Read(ref.key[:]) // never fails
	aead, bound, err := sealedCipher(key, ref)
	if err != nil {
		return sealedRef{}, err
	}
	dir, err := makeDir(stateDir, sealedDir)
	if err != nil {
		return sealedRef{}, err
	}
	defer func() { _ = dir.Close() }()
	return ref, writeDurably(dir, sealedName(key, ref.id), aead.Seal([]byte(sealedMagic), nil, packed, bound))
}

// readSealed opens the file that ref points to. The error is an fs.ErrNotExist where there is none.
func readSealed(stateDir, key string, ref sealedRef) ([]byte, error) {
	dir, err := openDir(stateDir, sealedDir)
	if err != nil {
		return nil, err
	}
	defer func() { _ = dir.Close() }()
	f, err := openRegular(dir, sealedName(key, ref.id))
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	data, err := bounded.Read(f, maxSet+1<<10)
	if err != nil {
		return nil, err
	}
	return openSealed(key, ref, data)
}

func openSealed(key string, ref sealedRef, data []byte) ([]byte, error) {
	sealed, ok := strings.CutPrefix(string(data), sealedMagic)
	if !ok {
		return nil, errors.New("the sealed file is not one that this version of oauthget writes")
	}
	aead, bound, err := sealedCipher(key, ref)
	if err != nil {
		return nil, err
	}
	packed, err := aead.Open(nil, nil, []byte(sealed), bound)
	if err != nil {
		return nil, errors.New("the sealed file is damaged, or does not belong to its keychain item")
	}
	return packed, nil
}

// removeSealed removes the sealed files of key, unfinished ones too, all but the one with the id keep. It returns no error:
// without their keys the files are noise, and the next write tries again.
func removeSealed(stateDir, key, keep string) {
	dir, err := openDir(stateDir, sealedDir)
	if err != nil {
		return
	}
	defer func() { _ = dir.Close() }()
	_ = removeFiles(dir, sealedPrefix(key), sealedName(key, keep))
}
