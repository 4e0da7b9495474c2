package store

import (
	"bytes"
	"errors"
	"io"

	"filippo.io/age"

	"github.com/oauthget/oauthget/internal/bounded"
)

// A token file is an age file of tokenFileMagic, the key it is stored under, a line feed, and the packed set. The key
// detects a file that was copied into another's place.
const (
	ageMagic       = "age-encryption.org/v1\n"
	tokenFileMagic = "oauthget token file 1\n"
)

var (
	errForeignFile = errors.New("the file is not one that this version of oauthget writes")
	errDamagedFile = errors.New("the file is damaged, or was sealed for another place")
)

// opener opens token files, and seals those that it can open.
type opener struct {
	identities []age.Identity
	recipient  age.Recipient
	asked      bool // whether a person typed the passphrase
}

// checkSealed refuses what no opener could open.
func checkSealed(sealed []byte) error {
	if !bytes.HasPrefix(sealed, []byte(ageMagic)) {
		return unreadable(errForeignFile)
	}
	return nil
}

func (o *opener) seal(key string, packed []byte) ([]byte, error) {
	var sealed bytes.Buffer
	w, err := age.Encrypt(&sealed, o.recipient)
	if err != nil {
		return nil, &Error{Reason: Refused, Err: err}
	}
	_, err = io.WriteString(w, tokenFileMagic+key+"\n"+string(packed))
	if err := errors.Join(err, w.Close()); err != nil {
		return nil, &Error{Reason: Refused, Err: err}
	}
	return sealed.Bytes(), nil
}

// open returns the packed set. The errors of package age are not passed on: they quote what they do not understand.
func (o *opener) open(key string, sealed []byte) ([]byte, error) {
	if err := checkSealed(sealed); err != nil {
		return nil, err
	}
	r, err := age.Decrypt(bytes.NewReader(sealed), o.identities...)
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
	rest, ok := bytes.CutPrefix(text, []byte(tokenFileMagic))
	if !ok {
		return nil, unreadable(errForeignFile)
	}
	packed, ok := bytes.CutPrefix(rest, []byte(key+"\n"))
	if !ok {
		return nil, unreadable(errDamagedFile)
	}
	return packed, nil
}
