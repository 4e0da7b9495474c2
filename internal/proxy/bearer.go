package proxy

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/oauthget/oauthget/internal/challenge"
	"github.com/oauthget/oauthget/internal/dpop"
	"github.com/oauthget/oauthget/internal/resend"
)

// maxReplay is the largest body that is kept to send a request again, in bytes. A body that is larger or of unknown length is
// streamed and sent once.
const maxReplay = 64 << 10

// buffer reads a small body into memory. Larger ones, and those with trailers, are left alone. It fails if the body breaks off.
func buffer(r *http.Request) error {
	if r.ContentLength <= 0 || r.ContentLength > maxReplay || len(r.Trailer) > 0 {
		return nil
	}
	data := make([]byte, r.ContentLength)
	if _, err := io.ReadFull(r.Body, data); err != nil {
		return err
	}
	r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }
	r.Body, _ = r.GetBody()
	return nil
}

// bearer adds the token. It is the last step before the network, so that no header field of the caller, and none named in
// Connection, can replace the token.
type bearer struct {
	tokens *tokens
	next   http.RoundTripper
	nonces *dpop.Nonces
	now    func() time.Time
}

// RoundTrip implements [http.RoundTripper]. If the token is refused, the request is sent again with another token, once; and once
// more if the upstream demands one that only a login brings.
func (b *bearer) RoundTrip(req *http.Request) (*http.Response, error) {
	c, err := b.tokens.get(req.Context())
	if err != nil {
		if req.Body != nil {
			_ = req.Body.Close() // "RoundTrip must always close the body, including on errors"
		}
		return nil, err
	}
	resp, err := b.send(req, c)
	if err == nil && refusesToken(resp) {
		again, ok := resend.Again(req)
		if !ok {
			b.tokens.replace(c.set.AccessToken) // for the next request
			return resp, nil
		}
		if next, ok := b.tokens.replacementFor(req.Context(), c.set.AccessToken); ok {
			resend.Discard(resp.Body)
			c = next
			resp, err = b.send(again, c)
		}
	}
	if err != nil {
		return nil, err
	}
	return b.meet(req, c, resp)
}

func (b *bearer) send(req *http.Request, c credential) (*http.Response, error) {
	out := new(http.Request) // "RoundTrip should not modify the request"
	*out = *req
	out.Header = maps.Clone(req.Header)
	out.Header.Set("Authorization", c.set.Type()+" "+c.set.AccessToken.Reveal())
	if c.prove == nil {
		return b.next.RoundTrip(out)
	}
	return dpop.Transport{Base: b.next, Prove: c.prove, Nonces: b.nonces, Now: b.now}.RoundTrip(out)
}

// notOfTheToken are the errors of a challenge that another token would not change: the nonce of a request whose body could not be
// sent again, the proof; and those that a refresh would not change.
var notOfTheToken = []string{dpop.UseNonce, "invalid_dpop_proof", "insufficient_scope", insufficientAuthentication}

// insufficientAuthentication is the error of RFC 9470 §3.
const insufficientAuthentication = "insufficient_user_authentication"

// refusesToken reports whether another token might be accepted. RFC 6750 §3.1 has error="invalid_token" for one that is
// "expired, revoked, malformed, or invalid for other reasons"; many servers send a 401 without an error.
func refusesToken(resp *http.Response) bool {
	if resp.StatusCode != http.StatusUnauthorized {
		return false
	}
	return !slices.ContainsFunc(challenge.In(resp.Header), func(c challenge.Challenge) bool {
		return slices.Contains(notOfTheToken, strings.ToLower(c.Params["error"]))
	})
}
