package idtoken

import (
	"cmp"
	"context"
	"encoding/json"

	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// Signed verifies a JWT of the issuer's that is no ID Token, such as a signed answer of the UserInfo endpoint, and
// returns its claims: the signature is by the issuer's keys; iss, where there is one and Issuer is known, names it; and
// aud, where there is one and ClientID is known, has the client. Times are for the caller to judge. A client secret is no key here,
// since what Algorithm and Secret say is of ID Tokens.
//
// op begins the errors, which are those of [Verifier.Verify].
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

// Expired reports that claims, which [Verifier.Signed] returned, are not of the present: the error is an
// *untrusted.Error with a *ClockError inside. Claims without exp and nbf have no end and no beginning.
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
