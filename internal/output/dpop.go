package output

import (
	"errors"
	"fmt"
	neturl "net/url"
	"strings"
	"time"

	"github.com/oauthget/oauthget/internal/dpop"
	"github.com/oauthget/oauthget/internal/token"
)

// request is the API request that a proof is for (RFC 9449 §4.2).
type request struct {
	Method string // "" for GET
	URL    *neturl.URL
	Nonce  string // the API's nonce (RFC 9449 §9); empty if it sent none
}

// For returns f for the request that --url, --method and --dpop-nonce describe. They must be empty for a format that is not signed.
func (f Format) For(url, method, nonce string) (Format, error) {
	switch {
	case !f.Signed && url+method+nonce != "":
		return f, errors.New("--url, --method and --dpop-nonce are for -o dpop")
	case !f.Signed:
		return f, nil
	case url == "":
		return f, errors.New("-o dpop signs one request: give its URL with --url")
	}
	r := request{Method: method, Nonce: nonce}
	var err error
	if r.URL, err = neturl.Parse(url); err == nil {
		err = dpop.CheckURL(r.URL)
	}
	if err != nil {
		return f, errors.New("--url must be an absolute http or https URL")
	}
	if strings.ContainsFunc(method, notInMethod) {
		return f, errors.New("--method is not the name of an HTTP method")
	}
	if nonce != "" {
		if err := dpop.CheckNonce(nonce); err != nil {
			return f, fmt.Errorf("--dpop-nonce: %w", err)
		}
	}
	f.request = r
	f.Render = proofOf(r, nil)
	return f, nil
}

// notInMethod reports whether r cannot be in the name of a method, which is case-sensitive (RFC 9110 §9.1). All registered
// ones consist of letters and dashes.
func notInMethod(r rune) bool {
	return r != '-' && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
}

// ErrNotBound is returned for a token that is bound to no key, for which no proof can be made.
var ErrNotBound = errors.New("the token is a bearer token, bound to no key")

// SignedBy returns f for tokens whose keys sign by provers.
func (f Format) SignedBy(provers dpop.Provers) Format {
	if f.Signed {
		f.Render = proofOf(f.request, provers)
	}
	return f
}

// proofOf renders both headers of one request: "Requests to DPoP-protected resources MUST include both a DPoP proof … and
// the access token" (RFC 9449 §7).
func proofOf(r request, provers dpop.Provers) func(token.Set, time.Time) (string, error) {
	return func(s token.Set, now time.Time) (string, error) {
		if !dpop.Bound(s) {
			return "", ErrNotBound
		}
		prove, err := provers.Of(s)
		if err != nil {
			return "", err
		}
		proof, err := prove(dpop.Request{
			Method: r.Method, URL: r.URL, AccessToken: s.AccessToken, Nonce: r.Nonce, Time: now,
		})
		if err != nil {
			return "", fmt.Errorf("sign request: %w", err)
		}
		return "Authorization: " + Header(s) + "\n" + dpop.Header + ": " + proof.Reveal() + "\n", nil
	}
}
