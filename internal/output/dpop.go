package output

import (
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/oauthget/oauthget/internal/dpop"
	"github.com/oauthget/oauthget/internal/token"
)

// Request is the API request that a proof is for (RFC 9449 §4.2).
type Request struct {
	Method string // empty for GET
	URL    *url.URL
	Nonce  string // the API's own (RFC 9449 §9); empty where it has provided none
}

// ErrNotBound says that a token is bound to no key, so that nothing can be proved of it.
var ErrNotBound = errors.New("the token is of the type Bearer, and bound to no key")

// proofOf renders both headers of one request: "Requests to DPoP-protected resources MUST include both a DPoP proof … and
// the access token" (RFC 9449 §7).
func proofOf(r Request) func(token.Set, time.Time) (string, error) {
	return func(s token.Set, now time.Time) (string, error) {
		if !dpop.Bound(s) {
			return "", ErrNotBound
		}
		key, err := dpop.KeyOf(s)
		if err != nil {
			return "", err
		}
		proof, err := dpop.Proof(key, dpop.Request{
			Method: r.Method, URL: r.URL, AccessToken: s.AccessToken, Nonce: r.Nonce, Time: now,
		})
		if err != nil {
			return "", fmt.Errorf("sign request: %w", err)
		}
		return "Authorization: " + Header(s) + "\n" + dpop.Header + ": " + proof.Reveal() + "\n", nil
	}
}
