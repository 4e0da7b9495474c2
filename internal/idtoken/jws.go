package idtoken

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"

	"github.com/oauthget/oauthget/internal/untrusted"
)

// maxToken bounds an ID Token, in bytes. One that lists a thousand groups has about 50 KB.
const maxToken = 256 << 10

// algorithms returns the algorithms that an ID Token may be signed with: the asymmetric ones that go-jose verifies, as
// far as supported lists them. It never returns "none", which proves nothing, or HS256, HS384 and HS512, which only
// prove knowledge of the client secret, or of a public key that was mistaken for one. Those need [Verifier.Algorithm].
func algorithms(supported []string) ([]string, error) {
	asymmetric := []string{
		"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
	}
	if len(supported) == 0 {
		return asymmetric, nil
	}
	both := slices.DeleteFunc(asymmetric, func(alg string) bool { return !slices.Contains(supported, alg) })
	if len(both) == 0 {
		return nil, fmt.Errorf("the issuer signs only with %s, which oauthget does not accept",
			untrusted.Text(strings.Join(supported, ", ")))
	}
	return both, nil
}

// ErrEncrypted is returned for a JWT that only its recipient can read.
var ErrEncrypted = errors.New("encrypted, which is not supported")

// parse decodes a JWT signed with one of algs (OpenID Connect Core §3.1.3.7 item 7). Only the compact serialization is
// a JWT (RFC 7519 §1).
func parse(raw string, algs []string) (*jose.JSONWebSignature, error) {
	if len(raw) > maxToken {
		return nil, fmt.Errorf("longer than %d bytes", maxToken)
	}
	if strings.Count(raw, ".") == 4 { // RFC 7516 §7.1
		return nil, ErrEncrypted
	}
	// RFC 7515 §2: "Base64 encoding using the URL- and filename-safe character set defined in Section 5 of RFC 4648
	// [RFC4648], with all trailing '=' characters omitted (as permitted by Section 3.2) and without the inclusion of
	// any line breaks, whitespace, or other additional characters." Package encoding/base64 skips line breaks, which
	// would then be stored and printed.
	if strings.ContainsFunc(raw, func(r rune) bool { return r != '.' && !isBase64URL(r) }) {
		return nil, errors.New("not a signed JWT: it contains a character that is not base64url")
	}
	accepted := make([]jose.SignatureAlgorithm, len(algs))
	for i, alg := range algs {
		accepted[i] = jose.SignatureAlgorithm(alg)
	}
	jws, err := jose.ParseSignedCompact(raw, accepted)
	if wrong, ok := errors.AsType[*jose.ErrUnexpectedSignatureAlgorithm](err); ok {
		return nil, fmt.Errorf("signed with alg %s, not with %s", untrusted.Quote(string(wrong.Got)), strings.Join(algs, ", "))
	}
	if err != nil { // go-jose's own text may quote the header
		return nil, errors.New("not a signed JWT")
	}
	// "The "crit" (critical) Header Parameter indicates that extensions to this specification and/or [JWA] are being
	// used that MUST be understood and processed." RFC 7515 §4.1.11. go-jose understands b64, which RFC 7797 §7 forbids
	// in a JWT; no other is supported here.
	if _, ok := jws.Signatures[0].Protected.ExtraHeaders["crit"]; ok {
		return nil, errors.New("its header has crit, which is not supported")
	}
	return jws, nil
}

func isBase64URL(r rune) bool {
	return 'A' <= r && r <= 'Z' || 'a' <= r && r <= 'z' || '0' <= r && r <= '9' || r == '-' || r == '_'
}
