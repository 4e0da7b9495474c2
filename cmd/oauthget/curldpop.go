package main

import (
	"fmt"
	"net/http"

	"github.com/oauthget/oauthget/internal/dpop"
	"github.com/oauthget/oauthget/internal/hint"
	"github.com/oauthget/oauthget/internal/output"
)

// nonce is what an API has provided for the proofs that it wants.
type nonce struct {
	value string
	asked bool // it was told of once, which is enough
}

// proof is the line of a curl config that bears the proof of the one request (RFC 9449 §7).
func (r *curlRun) proof() (string, error) {
	u, err := r.attempt.Command.Target()
	if err != nil {
		return "", &hint.UsageError{Err: err}
	}
	key, err := dpop.KeyOf(r.set)
	if err != nil {
		return "", err
	}
	proof, err := dpop.Proof(key, dpop.Request{
		Method: r.attempt.Command.Method(), URL: u, AccessToken: r.set.AccessToken, Nonce: r.nonce.value, Time: r.now(),
	})
	if err != nil {
		return "", fmt.Errorf("sign request: %w", err)
	}
	return output.CurlOption("header", dpop.Header+": "+proof.Reveal()), nil
}

func (r *curlRun) mayGetNonce() bool { return dpop.Bound(r.set) && !r.nonce.asked }

// takeNonce reports whether the answer asks for a nonce that it brings: "the client MUST use the new nonce value" (RFC
// 9449 §8.2), with the same token.
func (r *curlRun) takeNonce(answer http.Header) bool {
	if !r.mayGetNonce() || !dpop.AsksForNonce(&http.Response{StatusCode: http.StatusUnauthorized, Header: answer}) {
		return false
	}
	u, err := r.attempt.Command.Target()
	if err != nil {
		return false
	}
	provided := new(dpop.Nonces).Keep(u, answer)
	if provided == "" || provided == r.nonce.value {
		return false
	}
	r.nonce = nonce{value: provided, asked: true}
	r.Step("the answer asks for a nonce in the proof; asking again with it")
	return true
}
