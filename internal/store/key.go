package store

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"strings"
)

// keyVersion begins what is hashed. It must change when the meaning of the fields does.
const keyVersion = "oauthget token key 1"

// Field is one thing that changes the token: its name, and its values in a canonical order (scopes sorted, endpoints as
// they are used).
type Field struct {
	Name   string
	Values []string
}

// Key returns the name that a token set is stored under: a SHA-256 in hex over the fields in the order given. Every text
// is preceded by its length and every list by its count, so that no two different lists are the same bytes.
func Key(fields ...Field) string {
	data := appendText(nil, keyVersion)
	data = binary.BigEndian.AppendUint64(data, uint64(len(fields)))
	for _, f := range fields {
		data = appendText(data, f.Name)
		data = binary.BigEndian.AppendUint64(data, uint64(len(f.Values)))
		for _, v := range f.Values {
			data = appendText(data, v)
		}
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// isKey reports whether name has the form of a [Key], in upper or lower case: some keychains do not tell them apart.
func isKey(name string) bool {
	const digits = "0123456789abcdefABCDEF"
	return len(name) == hex.EncodedLen(sha256.Size) && strings.Trim(name, digits) == ""
}

func appendText(data []byte, s string) []byte {
	return append(binary.BigEndian.AppendUint64(data, uint64(len(s))), s...)
}

// checkKey refuses a key that is not a plain file name. One made by [Key] always is.
func checkKey(key string) error {
	const plain = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_"
	if key == "" || len(key) > 128 || strings.Trim(key, plain) != "" {
		return errors.New("the key is not a plain file name")
	}
	return nil
}
