package signing

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"

	"github.com/go-jose/go-jose/v4"
)

// KeyError reports why a private key cannot be used. It contains nothing of the key.
type KeyError struct {
	Err    error
	Advice string // what to do; may be empty
}

func (e *KeyError) Error() string { return "read private key: " + e.Err.Error() }

func (e *KeyError) Unwrap() error { return e.Err }

func unusable(advice, format string, args ...any) *KeyError {
	return &KeyError{fmt.Errorf(format, args...), advice}
}

// Parse reads a private key: PEM (PKCS #8, PKCS #1, SEC 1) or a JWK. A non-empty id becomes its kid. An error is a
// *KeyError.
func Parse(data []byte, id string) (*Key, error) {
	private, err := parse(data)
	if err != nil {
		return nil, err
	}
	if id != "" {
		private.KeyID = id
	}
	k := &Key{private}
	if _, err := k.algorithms(); err != nil {
		return nil, err
	}
	return k, nil
}

func parse(data []byte) (*jose.JSONWebKey, error) {
	if text := bytes.TrimSpace(data); bytes.HasPrefix(text, []byte("{")) {
		return parseJWK(text)
	}
	var other string
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		private, err := parseBlock(block)
		if err != nil {
			return nil, err
		}
		if private != nil {
			return &jose.JSONWebKey{Key: private}, nil
		}
		other = block.Type
	}
	switch other {
	case "":
		return nil, unusable("", "it is neither PEM nor a JWK")
	case "OPENSSH PRIVATE KEY":
		return nil, unusable("convert a copy to PEM: ssh-keygen -p -m PKCS8 -f COPY", "it is in OpenSSH's own format")
	}
	return nil, unusable("give the private key instead", "it holds no PEM block of a private key")
}

// parseJWK reads a single key. It refuses a set: choosing one of its keys would be a guess.
func parseJWK(text []byte) (*jose.JSONWebKey, error) {
	var jwk jose.JSONWebKey
	var usage struct {
		Operations []string          `json:"key_ops"`
		Keys       []json.RawMessage `json:"keys"`
	}
	if json.Unmarshal(text, &usage) == nil && usage.Keys != nil {
		return nil, unusable("give one of its keys", "it is a JWK Set")
	}
	if jwk.UnmarshalJSON(text) != nil {
		return nil, unusable("", "it is not a valid JWK of a supported type")
	}
	if _, ok := jwk.Key.(crypto.Signer); !ok {
		return nil, unusable("give the private key, which has the member d", "the JWK is not a private key")
	}
	// If x and y do not belong to d, nobody can verify the signatures. go-jose checks this for the other key types.
	if private, ok := jwk.Key.(*ecdsa.PrivateKey); ok && !matches(private) {
		return nil, unusable("", "its x and y do not belong to its d")
	}
	// RFC 7517 §4.2: "The "use" parameter is employed to indicate whether a public key is used for encrypting data or
	// verifying the signature on data." §4.3 has key_ops in the same place.
	if jwk.Use != "" && jwk.Use != "sig" || usage.Operations != nil && !slices.Contains(usage.Operations, "sign") {
		return nil, unusable("give the key that is registered for signatures", "the JWK is not for signatures")
	}
	return &jwk, nil
}

func matches(private *ecdsa.PrivateKey) bool {
	d, err := private.Bytes()
	if err != nil {
		return false
	}
	again, err := ecdsa.ParseRawPrivateKey(private.Curve, d)
	return err == nil && private.PublicKey.Equal(&again.PublicKey)
}

var errEncrypted = errors.New("it is encrypted")

// parseBlock returns nil for a block that is not a private key, such as a certificate.
func parseBlock(block *pem.Block) (private any, err error) {
	switch block.Type {
	case "PRIVATE KEY":
		private, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	case "RSA PRIVATE KEY":
		private, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	case "EC PRIVATE KEY":
		private, err = x509.ParseECPrivateKey(block.Bytes)
	case "ENCRYPTED PRIVATE KEY":
		err = errEncrypted
	default:
		return nil, nil
	}
	if block.Headers["DEK-Info"] != "" { // PKCS #1 and SEC 1, as older versions of OpenSSL encrypted them
		err = errEncrypted
	}
	switch {
	case errors.Is(err, errEncrypted):
		return nil, unusable("decrypt it into a file that only you can read: umask 077; openssl pkey -in KEY -out DECRYPTED", "it is encrypted")
	case err != nil: // its text may contain some of the bytes
		return nil, unusable("", "the PEM block %s is damaged or of an unsupported type", block.Type)
	}
	return private, nil
}
