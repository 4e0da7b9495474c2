package idtoken

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	josejson "github.com/go-jose/go-jose/v4/json"

	"github.com/oauthget/oauthget/internal/token"
)

// ErrOpaque is returned for a token that is not a JWT. Only its issuer can tell what it means.
var ErrOpaque = errors.New("not a JWT")

// Decoded is a decoded JWT. Nothing in it has been verified; its texts may be anybody's.
type Decoded struct {
	Header map[string]json.RawMessage
	Claims map[string]json.RawMessage // nil if Encrypted
	// Encrypted reports a JWE (RFC 7516 §7.1), of which only the header can be read.
	Encrypted bool
}

// Decode decodes raw. A token is a JWT if it has the form of the compact serialization and a header with alg (RFC 7515
// §4.1.1, RFC 7516 §4.1.1); otherwise the error is [ErrOpaque]. A malformed JWT is another error.
func Decode(raw token.Secret) (Decoded, error) {
	header, payload, err := decode(raw)
	if err != nil {
		return Decoded{}, err
	}
	if payload == nil {
		return Decoded{Header: header, Encrypted: true}, nil
	}
	r, err := readObject(payload)
	if err != nil {
		return Decoded{}, fmt.Errorf("decode JWT: %w", err)
	}
	return Decoded{Header: header, Claims: r.members}, nil
}

// Text returns a member of the header; empty if it is absent or not a string.
func (d Decoded) Text(name string) (text string) {
	_ = josejson.Unmarshal(d.Header[name], &text)
	return text
}

// decode returns the header and the payload of raw. The payload is nil if raw is encrypted.
func decode(raw token.Secret) (header map[string]json.RawMessage, payload []byte, err error) {
	text := raw.Reveal()
	parts := strings.Split(text, ".")
	if len(parts) != 3 && len(parts) != 5 || strings.ContainsFunc(text, func(r rune) bool { return r != '.' && !isBase64URL(r) }) {
		return nil, nil, ErrOpaque
	}
	first, err := base64.RawURLEncoding.DecodeString(parts[0])
	if err != nil || josejson.Unmarshal(first, &header) != nil || header["alg"] == nil {
		return nil, nil, ErrOpaque
	}
	if len(text) > maxToken {
		return nil, nil, fmt.Errorf("decode JWT: longer than %d bytes", maxToken)
	}
	if len(parts) == 5 {
		return header, nil, nil
	}
	payload, err = base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return nil, nil, errors.New("decode JWT: the claims are not base64url")
	}
	return header, payload, nil
}
