package dpop

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/oauthget/oauthget/internal/ascii"
	"github.com/oauthget/oauthget/internal/challenge"
	"github.com/oauthget/oauthget/internal/origin"
)

// NonceHeader is the header field with which servers provide a nonce (RFC 9449 §8).
const NonceHeader = "DPoP-Nonce"

// UseNonce is the error code of servers that require a nonce, or a newer one (RFC 9449 §8, §9).
const UseNonce = "use_dpop_nonce"

// AsksForNonce reports whether a 401 asks for a nonce: RFC 9449 §9 has "an HTTP 401 (Unauthorized) error code with an
// accompanying WWW-Authenticate: DPoP value and DPoP-Nonce value". A malformed field asks for nothing.
func AsksForNonce(resp *http.Response) bool {
	if resp.StatusCode != http.StatusUnauthorized {
		return false
	}
	return slices.ContainsFunc(challenge.In(resp.Header), func(c challenge.Challenge) bool {
		return strings.EqualFold(c.Scheme, Scheme) && c.Params["error"] == UseNonce
	})
}

// maxNonce bounds a nonce, in bytes. Known ones are below 500; each travels back in every proof.
const maxNonce = 2048

// Nonces keeps the newest nonce of each origin: "nonces will be only accepted by the server that issued them" (RFC 9449
// §9). "The intent is that clients need to keep only one nonce value" (§8). Use one Nonces for the authorization server
// and another for resource servers, which may share an origin.
//
// The zero Nonces is empty and ready. It is safe for concurrent use.
type Nonces struct {
	mu     sync.Mutex
	newest map[string]string // by origin
}

// For returns the nonce for a request to u; empty if its server has provided none.
func (n *Nonces) For(u *url.URL) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.newest[origin.Of(u)]
}

// Keep stores the nonce of an answer from u, whatever its status, and returns it: "The client MUST use the new nonce
// value supplied for the next token request and for all subsequent token requests until the authorization server
// supplies a new nonce" (RFC 9449 §8.2). A malformed nonce is ignored.
func (n *Nonces) Keep(u *url.URL, answer http.Header) (nonce string) {
	nonce, err := readNonce(answer)
	if err != nil || nonce == "" {
		return ""
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.newest == nil {
		n.newest = map[string]string{}
	}
	n.newest[origin.Of(u)] = nonce
	return nonce
}

// readNonce returns the nonce of an answer; empty if there is none.
func readNonce(answer http.Header) (string, error) {
	values := answer.Values(NonceHeader)
	switch len(values) {
	case 0:
		return "", nil
	case 1:
		return values[0], CheckNonce(values[0])
	}
	// RFC 9449 §8: "there MUST NOT be more than one DPoP-Nonce header"
	return "", errors.New("there is more than one DPoP-Nonce")
}

// CheckNonce reports why a text is not a nonce: RFC 9449 §8.1 has "nonce = 1*NQCHAR", RFC 6749 §A "NQCHAR = %x21 /
// %x23-5B / %x5D-7E".
func CheckNonce(nonce string) error {
	switch {
	case nonce == "" || len(nonce) > maxNonce:
		return errors.New("a nonce has between 1 and 2048 characters")
	case !ascii.All(nonce, ascii.IsNQCHAR):
		return errors.New("it holds characters that RFC 9449 §8.1 does not allow in a nonce")
	}
	return nil
}
