package idtoken

import (
	"cmp"
	"context"
	"encoding/json"

	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// Signed verifies a JWT from the issuer that is not an ID Token, such as a signed UserInfo answer, and returns its
// claims. The signature must verify with the issuer's keys. If there is an iss and Issuer is set, they must be equal.
// If there is an aud and ClientID is set, it must contain the client. The caller checks times. Algorithm and Secret,
// which are about ID Tokens, are not used.
//
// op is the prefix of the errors, which are those of [Verifier.Verify].
func (v Verifier) Signed(ctx context.Context, op string, raw token.Secret) (json.RawMessage, error) {
	refused := func(err error) error { return &untrusted.Error{Op: op, Err: err} }
	algs, err := algorithms(v.Algorithms)
	if err != nil {
		return nil, refused(err)
	}
	jws, err := parse(raw.Reveal(), algs)
	if err != nil {
		return nil, refused(err)
	}
	keys := &keySet{op: op, fetch: v.Keys, jws: jws}
	payload, err := keys.VerifySignature(ctx, raw.Reveal())
	if err != nil {
		return nil, err
	}
	c, err := readClaims(payload)
	if err == nil && c.issuer != "" && v.Issuer != "" {
		err = v.checkIssuer(c)
	}
	if err == nil && c.audience != nil && v.ClientID != "" {
		err = v.checkMember(c)
	}
	if err != nil {
		return nil, refused(err)
	}
	return payload, nil
}

// Expired checks the times of claims that [Verifier.Signed] returned. The error is an *untrusted.Error with a
// *ClockError inside. exp and nbf are optional.
func (v Verifier) Expired(op string, claims json.RawMessage) error {
	c, err := readClaims(claims)
	if err == nil {
		err = cmp.Or(v.checkExpiry(c), v.checkBeginning(c))
	}
	if err != nil {
		return &untrusted.Error{Op: op, Err: err}
	}
	return nil
}
