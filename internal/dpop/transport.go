package dpop

import (
	"maps"
	"net/http"
	"strings"
	"time"

	"github.com/oauthget/oauthget/internal/resend"
	"github.com/oauthget/oauthget/internal/token"
)

// Transport adds a proof to each request whose Authorization has the scheme DPoP, and leaves other requests alone. When
// package net/http drops the Authorization at a redirect to another host, the proof is dropped with it. A Transport is
// a small value: a reverse proxy can make one for each request with the current token's prover, and share Nonces.
//
// The proof is for the request's URL; its Host is not used.
type Transport struct {
	Base   http.RoundTripper
	Prove  Prover
	Nonces *Nonces // of resource servers
	Now    func() time.Time
}

// RoundTrip implements [http.RoundTripper]. It keeps the nonce of every answer. If a 401 asks for a nonce that the
// request did not carry, the request is repeated once, provided that it has no body or a GetBody. A streamed body is
// sent once; its sender may repeat the request with the nonce that is kept.
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

// bearer returns the bound token of req. Name and scheme are compared in any case (RFC 9110 §5.1, §11.1).
func bearer(req *http.Request) (token.Secret, bool) {
	scheme, accessToken, ok := strings.Cut(req.Header.Get("Authorization"), " ")
	if !ok || !strings.EqualFold(scheme, Scheme) {
		return token.Secret{}, false
	}
	return token.NewSecret(strings.TrimLeft(accessToken, " ")), true
}

// send sends req with a new proof. It returns the answer and the nonce in it.
func (t Transport) send(req *http.Request, accessToken token.Secret, nonce string) (*http.Response, string, error) {
	proof, err := t.Prove(Request{
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
