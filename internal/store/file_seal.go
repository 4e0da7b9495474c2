package store

import (
	"bytes"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"io"

	"filippo.io/age"

	"github.com/oauthget/oauthget/internal/bounded"
)

// A token file is an age file of
//
//	oauthget token file 2 <line feed>
//	the key it is stored under <line feed>
//	HMAC-SHA-256, 32 bytes, over the two lines and the packed set
//	the packed set
//
// The key detects a file that was put in another's place. The HMAC detects one that was sealed by somebody else: age seals to
// a public key, which everybody may know, and the key of the HMAC is derived from the private one.
//
// Earlier versions wrote "oauthget token file 1", the key and the packed set.
const (
	ageMagic         = "age-encryption.org/v1\n"
	tokenFileMagic   = "oauthget token file 2\n"
	earlierFileMagic = "oauthget token file 1\n"
)

var (
	errForeignFile = errors.New("the file is not one that this version of oauthget writes")
	errDamagedFile = errors.New("the file is damaged, or was sealed for another place")
	errForged      = errors.New("the file was not sealed with the private key or passphrase that opens it")
)

// sealer is a private key: it opens what was sealed to its public key, and proves what it has sealed itself.
type sealer struct {
	identity  age.Identity
	recipient age.Recipient
	proofKey  []byte
}

// newSealer returns a sealer. private is the private key itself.
func newSealer(identity age.Identity, recipient age.Recipient, private []byte) (sealer, error) {
	proofKey, err := hkdf.Key(sha256.New, private, nil, tokenFileMagic, sha256.Size)
	return sealer{identity, recipient, proofKey}, err
}

func (s sealer) proof(text string, packed []byte) []byte {
	mac := hmac.New(sha256.New, s.proofKey)
	mac.Write([]byte(text)) // never fails
	mac.Write(packed)
	return mac.Sum(nil)
}

// checkSealed refuses what nothing could open.
func checkSealed(sealed []byte) error {
	if !bytes.HasPrefix(sealed, []byte(ageMagic)) {
		return unreadable(errForeignFile)
	}
	return nil
}

// seal returns the file of a packed set.
func (s sealer) seal(key string, packed []byte) ([]byte, error) {
	text := tokenFileMagic + key + "\n"
	sealed, err := encrypt(s.recipient, text+string(s.proof(text, packed))+string(packed))
	if err != nil {
		return nil, &Error{Reason: Refused, Err: err}
	}
	return sealed, nil
}

// encrypt returns the age file of a text.
func encrypt(to age.Recipient, text string) ([]byte, error) {
	var sealed bytes.Buffer
	w, err := age.Encrypt(&sealed, to)
	if err != nil {
		return nil, err
	}
	_, err = io.WriteString(w, text)
	if err := errors.Join(err, w.Close()); err != nil {
		return nil, err
	}
	return sealed.Bytes(), nil
}

// decrypt returns the text of an age file. The errors of package age are not passed on: they quote what they do not
// understand.
func decrypt(sealed []byte, identities ...age.Identity) ([]byte, error) {
	if err := checkSealed(sealed); err != nil {
		return nil, err
	}
	r, err := age.Decrypt(bytes.NewReader(sealed), identities...)
	if _, ok := errors.AsType[*age.NoIdentityMatchError](err); ok {
		return nil, &Error{Reason: WrongPassphrase}
	}
	if err != nil {
		return nil, unreadable(errDamagedFile)
	}
	text, err := bounded.Read(r, maxTokenFile)
	if err != nil {
		return nil, unreadable(errDamagedFile)
	}
	return text, nil
}

// packedSet returns the packed set in the text of a token file, if one of the sealers has sealed it.
func packedSet(text []byte, key string, sealers []sealer) ([]byte, error) {
	begin := tokenFileMagic + key + "\n"
	rest, ok := bytes.CutPrefix(text, []byte(begin))
	switch {
	case !bytes.HasPrefix(text, []byte(tokenFileMagic)):
		return nil, unreadable(errForeignFile)
	case !ok, len(rest) < sha256.Size:
		return nil, unreadable(errDamagedFile)
	}
	proof, packed := rest[:sha256.Size], rest[sha256.Size:]
	for _, s := range sealers {
		if hmac.Equal(proof, s.proof(begin, packed)) {
			return packed, nil
		}
	}
	return nil, unreadable(errForged)
}

// earlierPackedSet is packedSet for a file of an earlier version.
func earlierPackedSet(text []byte, key string) ([]byte, error) {
	rest, ok := bytes.CutPrefix(text, []byte(earlierFileMagic))
	if !ok {
		return nil, unreadable(errForeignFile)
	}
	packed, ok := bytes.CutPrefix(rest, []byte(key+"\n"))
	if !ok {
		return nil, unreadable(errDamagedFile)
	}
	return packed, nil
}
