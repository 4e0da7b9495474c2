package signing

import (
	"encoding/json"
	"fmt"

	"github.com/go-jose/go-jose/v4"
)

// Header is what the JOSE header of a JWT bears beside alg.
type Header struct {
	Type  string // typ; empty for none
	Embed bool   // the public key as jwk, in place of a kid
}

// Sign returns claims as a JWT signed with alg, which [Key.Algorithm] chose.
func (k *Key) Sign(alg string, h Header, claims map[string]any) (string, error) {
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("sign: %w", err)
	}
	options := &jose.SignerOptions{EmbedJWK: h.Embed}
	if h.Type != "" {
		options = options.WithType(jose.ContentType(h.Type))
	}
	key := *k.jwk
	if h.Embed {
		key = jose.JSONWebKey{Key: k.jwk.Key}
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.SignatureAlgorithm(alg), Key: key}, options)
	if err != nil {
		return "", fmt.Errorf("sign with %s: the key is not fit for it", alg)
	}
	jws, err := signer.Sign(payload)
	if err != nil {
		return "", fmt.Errorf("sign with %s: %w", alg, err)
	}
	return jws.CompactSerialize()
}
