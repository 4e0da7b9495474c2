package dpop

import (
	"maps"
	"net/http"
	"strings"
	"time"

	"github.com/oauthget/oauthget/internal/resend"
	"github.com/oauthget/oauthget/internal/signing"
	"github.com/oauthget/oauthget/internal/token"
)

// Transport signs the API requests that bear a bound token: each whose Authorization is of the scheme DPoP gets its
// proof, and no other is touched. So whoever drops the Authorization, as package net/http does where a redirect leads to
// another host, has dropped the proof. It is a small value: a reverse proxy can make one for each request, with the key
// of the token of the moment, and keep Nonces.
//
// The URL that is signed is the request's URL; its Host plays no part.
type Transport struct {
	Base   http.RoundTripper
	Key    *signing.Key
	Nonces *Nonces // those of resource servers
	Now    func() time.Time
}

// RoundTrip implements [http.RoundTripper]. It keeps the nonce of any answer. A 401 that asks for a nonce which the
// request did not have is answered by one repetition, where the body can be sent again: there is none, or GetBody makes
// another. A body that streams is sent once, and whoever sent it repeats the request with the nonce that is kept.
func (t Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	accessToken, bound := bearer(req)
	if !bound {
		return t.Base.RoundTrip(req)
	}
	sent := t.Nonces.For(req.URL)
	resp, provided, err := t.send(req, accessToken, sent)
	if err != nil || provided == "" || provided == sent || !AsksForNonce(resp) {
		return resp, err
	}
	again, ok := resend.Again(req)
	if !ok {
		return resp, nil
	}
	resend.Discard(resp.Body)
	resp, _, err = t.send(again, accessToken, provided)
	return resp, err
}

// bearer returns the bound token that req bears. Name and scheme are matched in any case (RFC 9110 §5.1, §11.1).
func bearer(req *http.Request) (token.Secret, bool) {
	scheme, accessToken, ok := strings.Cut(req.Header.Get("Authorization"), " ")
	if !ok || !strings.EqualFold(scheme, Scheme) {
		return token.Secret{}, false
	}
	return token.NewSecret(strings.TrimLeft(accessToken, " ")), true
}

// send sends req with a proof of its own and returns the answer, with the nonce in it.
func (t Transport) send(req *http.Request, accessToken token.Secret, nonce string) (*http.Response, string, error) {
	proof, err := Proof(t.Key, Request{
		Method: req.Method, URL: req.URL, AccessToken: accessToken, Nonce: nonce, Time: t.Now(),
	})
	if err != nil {
		if req.Body != nil {
			_ = req.Body.Close() // "RoundTrip must always close the body, including on errors"
		}
		return nil, "", err
	}
	signed := new(http.Request) // "RoundTrip should not modify the request"
	*signed = *req
	signed.Header = maps.Clone(req.Header)
	// RFC 9449 §4.3: "There is not more than one DPoP HTTP request header field."
	signed.Header.Set(Header, proof.Reveal())
	resp, err := t.Base.RoundTrip(signed)
	if err != nil {
		return nil, "", err
	}
	return resp, t.Nonces.Keep(req.URL, resp.Header), nil
}
