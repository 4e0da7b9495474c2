// Package dpop proves possession of the private key that a token is bound to (RFC 9449).
//
// It makes proofs, keeps the nonces that servers provide for them, and reads the challenges that ask for them (RFC 9110
// §11.6.1). It generates and stores no key, knows no token endpoint, and verifies no proof.
package dpop

import (
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/oauthget/oauthget/internal/origin"
	"github.com/oauthget/oauthget/internal/signing"
	"github.com/oauthget/oauthget/internal/token"
)

// Header is the header field of a proof (RFC 9449 §4.1), Scheme the authentication scheme of a bound token (§7.1).
const (
	Header = "DPoP"
	Scheme = "DPoP"
)

// Request is the request that a proof is for. AccessToken is zero for the token endpoint. Nonce is empty if the server
// has provided none.
type Request struct {
	Method      string // empty for GET
	URL         *url.URL
	AccessToken token.Secret
	Nonce       string
	Time        time.Time
}

// Proof returns a proof of key for one request: "Each HTTP request requires a unique DPoP proof" (RFC 9449 §4). It is
// secret: whoever sees it can replay the request while the server accepts it. The error contains none of the request;
// it is about a URL that is not http or https, or a key that cannot sign.
func Proof(key *signing.Key, r Request) (token.Secret, error) {
	target, err := htu(r.URL)
	if err != nil {
		return token.Secret{}, err
	}
	// RFC 9449 §4.2: "It MUST NOT be none or an identifier for a symmetric algorithm". A signing.Key has neither.
	alg, err := key.Algorithm(nil)
	if err != nil {
		return token.Secret{}, err
	}
	claims := map[string]any{
		// RFC 9449 §4.2: "there is a negligible probability that the same value will be assigned to any other DPoP proof".
		// rand.Text has 130 bits.
		"jti": rand.Text(),
		"htm": cmp.Or(r.Method, http.MethodGet), "htu": target, "iat": r.Time.Unix(),
	}
	if !r.AccessToken.Empty() {
		claims["ath"] = ath(r.AccessToken)
	}
	if r.Nonce != "" {
		claims["nonce"] = r.Nonce
	}
	// RFC 9449 §4.2: "jwk: Represents the public key …. It MUST NOT contain a private key."
	proof, err := key.Sign(alg, signing.Header{Type: "dpop+jwt", Embed: true}, claims)
	return token.NewSecret(proof), err
}

// ath returns the "base64url encoding … the SHA-256 hash of the ASCII encoding of the associated access token's value"
// (RFC 9449 §4.2).
func ath(accessToken token.Secret) string {
	sum := sha256.Sum256([]byte(accessToken.Reveal()))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// htu returns the "HTTP target URI … without query and fragment parts" (RFC 9449 §4.2), normalised as servers should do
// before they compare it (§4.3): without the scheme's default port, and with "/" for an empty path.
func htu(u *url.URL) (string, error) {
	if err := CheckURL(u); err != nil {
		return "", err
	}
	return origin.Of(u) + cmp.Or(u.EscapedPath(), "/"), nil
}

// CheckURL reports an error unless u is an absolute http or https URL, for which a proof can be made.
func CheckURL(u *url.URL) error {
	if u == nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.Opaque != "" {
		return errors.New("it is not an absolute http or https URL")
	}
	return nil
}
