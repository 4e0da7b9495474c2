// Package dpop proves with each request that its sender holds the private key that a token is bound to (RFC 9449).
//
// It makes proofs, remembers the nonces that servers want in them, and reads the challenges by which they ask
// (RFC 9110 §11.6.1). It deliberately makes and keeps no key, knows no token endpoint, and verifies no proof: that is for
// servers.
package dpop

import (
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/oauthget/oauthget/internal/signing"
	"github.com/oauthget/oauthget/internal/token"
)

// Header is the header field that bears a proof (RFC 9449 §4.1), Scheme the authentication scheme of a bound token
// (§7.1).
const (
	Header = "DPoP"
	Scheme = "DPoP"
)

// Request is what one proof is for. The zero AccessToken is for the token endpoint, an empty Nonce for a server that has
// provided none.
type Request struct {
	Method      string // empty for GET
	URL         *url.URL
	AccessToken token.Secret
	Nonce       string
	Time        time.Time
}

// Proof returns a proof of key for one request: "Each HTTP request requires a unique DPoP proof" (RFC 9449 §4). Whoever
// sees it can send that request again for as long as the server takes it, so it is a secret. The error, which holds none
// of the request, is about a URL that no proof can be for, or a key that cannot sign.
func Proof(key *signing.Key, r Request) (token.Secret, error) {
	target, err := htu(r.URL)
	if err != nil {
		return token.Secret{}, err
	}
	// RFC 9449 §4.2: "It MUST NOT be none or an identifier for a symmetric algorithm". A signing.Key has no such.
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

// ath is the "base64url encoding … the SHA-256 hash of the ASCII encoding of the associated access token's value" (RFC
// 9449 §4.2).
func ath(accessToken token.Secret) string {
	sum := sha256.Sum256([]byte(accessToken.Reveal()))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// htu is the "HTTP target URI … without query and fragment parts" (RFC 9449 §4.2), normalised as servers should do
// before they compare it (§4.3): the scheme's own port is left out, an empty path is "/".
func htu(u *url.URL) (string, error) {
	if err := CheckURL(u); err != nil {
		return "", err
	}
	return origin(u) + cmp.Or(u.EscapedPath(), "/"), nil
}

// CheckURL reports why no proof can be for u: it is not an absolute URL of http or https.
func CheckURL(u *url.URL) error {
	if u == nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.Opaque != "" {
		return errors.New("it is not an absolute http or https URL")
	}
	return nil
}

// origin is scheme, host and port of u, the port where it is not the scheme's own.
func origin(u *url.URL) string {
	host := strings.ToLower(u.Host)
	if name, port, err := net.SplitHostPort(host); err == nil && (port == "" || port == defaultPorts[u.Scheme]) {
		host = name
		if strings.Contains(name, ":") { // IPv6
			host = "[" + name + "]"
		}
	}
	return u.Scheme + "://" + host
}

var defaultPorts = map[string]string{"http": "80", "https": "443"}
