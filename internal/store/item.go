package store

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"github.com/oauthget/oauthget/internal/bounded"
	"github.com/oauthget/oauthget/internal/token"
)

// A keychain item begins with the version of its form and the form itself. The rest is
//
//	og1t:  the packed set in base64
//	og1b:  the packed set as it is
//	og1s:  the key of a sealed file in base64, a dot, and the id of the file
//
// A packed set is the stored form of a [token.Set], compressed by zlib, whose checksum also detects damage.
const (
	itemText   = "og1t:"
	itemBinary = "og1b:"
	itemSealed = "og1s:"
)

// maxSet bounds the stored form of a set, in bytes: a token response of 1 MiB with each character escaped in JSON, and some
// room. It also bounds what is inflated.
const maxSet = 8 << 20

var (
	errForeignItem = errors.New("the keychain item is not one that this version of oauthget writes")
	errDamaged     = errors.New("the stored token set is damaged")
	errTooLarge    = fmt.Errorf("a token set has at most %d bytes", maxSet)
)

// item is what a keychain item holds: the packed set, or where it is.
type item struct {
	packed []byte
	sealed *sealedRef
}

// isItem reports whether s is an item of ours, of this or another version: "og", a digit, a letter and a colon.
func isItem(s string) bool {
	return len(s) >= len(itemText) && s[:2] == "og" && '0' <= s[2] && s[2] <= '9' && 'a' <= s[3] && s[3] <= 'z' && s[4] == ':'
}

func parseItem(s string) (item, error) {
	form, rest := s[:min(len(s), len(itemText))], s[min(len(s), len(itemText)):]
	switch form {
	case itemBinary:
		return item{packed: []byte(rest)}, nil
	case itemText:
		packed, err := base64.RawStdEncoding.Strict().DecodeString(rest)
		if err != nil {
			return item{}, errDamaged // the error of package base64 would quote a byte of it
		}
		return item{packed: packed}, nil
	case itemSealed:
		ref, err := parseSealedRef(rest)
		return item{sealed: &ref}, err
	default:
		return item{}, errForeignItem
	}
}

// inlineItem is the item that holds the set itself. Some keychains keep only text: KeePassXC and KWallet store a secret as a
// string, and GNOME Keyring declares one to be text.
func inlineItem(packed []byte, binary bool) string {
	if binary {
		return itemBinary + string(packed)
	}
	return itemText + base64.RawStdEncoding.EncodeToString(packed)
}

// pack compresses the stored form of set.
func pack(set token.Set) ([]byte, error) {
	data, err := set.Marshal()
	if err != nil {
		return nil, err
	}
	if len(data) > maxSet {
		return nil, errTooLarge
	}
	var packed bytes.Buffer
	w := zlib.NewWriter(&packed)
	_, err = w.Write(data)
	if err := errors.Join(err, w.Close()); err != nil {
		return nil, err
	}
	return packed.Bytes(), nil
}

// unpack reads what pack wrote, and nothing after it. Its errors quote none of it.
func unpack(packed []byte) (token.Set, error) {
	source := bytes.NewReader(packed)
	r, err := zlib.NewReader(source)
	if err != nil {
		return token.Set{}, errDamaged
	}
	data, err := bounded.Read(r, maxSet)
	if err != nil || source.Len() > 0 {
		return token.Set{}, errDamaged
	}
	return token.Unmarshal(data)
}

// item is the text of the item that points to a sealed file.
func (r sealedRef) item() string {
	return itemSealed + base64.RawStdEncoding.EncodeToString(r.key[:]) + "." + r.id
}

func parseSealedRef(s string) (sealedRef, error) {
	encoded, id, _ := strings.Cut(s, ".")
	key, err := base64.RawStdEncoding.Strict().DecodeString(encoded)
	if err != nil || len(key) != sealedKeySize || !validID(id) {
		return sealedRef{}, errDamaged
	}
	return sealedRef{key: [sealedKeySize]byte(key), id: id}, nil
}
