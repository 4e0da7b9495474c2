package idtoken

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

const opResponse = "validate authorization response"

// SignatureError reports an authorization response that is not shown to come from the issuer.
type SignatureError struct{ reason string }

func (e *SignatureError) Error() string { return e.reason }

// CheckAlgorithms checks that supported contains an algorithm that is accepted. An empty list passes.
func CheckAlgorithms(supported []string) error {
	if _, err := algorithms(supported); err != nil {
		// Not wrapped: advice about an ID Token's algorithm does not apply here.
		return &untrusted.Error{Op: opResponse, Err: fmt.Errorf("authorization_signing_alg_values_supported: %v", err)}
	}
	return nil
}

// Encrypted reports whether raw has the form of an encrypted JWT (RFC 7516 §7.1).
func Encrypted(raw token.Secret) bool { return strings.Count(raw.Reveal(), ".") == 4 }

// ClaimedState returns the state in an unverified authorization response; empty if there is none.
func ClaimedState(raw token.Secret) string {
	_, payload, err := decode(raw)
	if err != nil {
		return ""
	}
	r, err := readObject(payload)
	if err != nil {
		return ""
	}
	return r.text("state")
}

// VerifyResponse returns the authorization response parameters in raw (JWT Secured Authorization Response Mode for
// OAuth 2.0, JARM, §2.4), with iss among them. A response that the issuer has not signed is a *SignatureError inside an
// *untrusted.Error. One that it signed for another client or time is an *untrusted.Error. A failure to get the keys is
// the error of Verifier.Keys.
//
// The signature is checked before the claims, unlike in JARM's list, so that errors about claims are about the
// issuer's.
func (v Verifier) VerifyResponse(ctx context.Context, raw token.Secret) (url.Values, error) {
	if v.Issuer == "" || v.ClientID == "" {
		return nil, errors.New(opResponse + ": issuer and client_id must be known")
	}
	payload, err := v.verifyResponseSignature(ctx, raw)
	if err != nil {
		return nil, err
	}
	r, err := readObject(payload)
	if err == nil {
		err = v.checkResponse(&r)
	}
	if err != nil {
		return nil, &untrusted.Error{Op: opResponse, Err: err}
	}
	response := url.Values{}
	// RFC 6749 §4.1.2, §4.1.2.1 and RFC 9207 §2; other parameters are ignored.
	for _, name := range append([]string{"code", "state", "iss", "error", "error_description", "error_uri"}, v.Parameters...) {
		if value := r.text(name); value != "" {
			response.Set(name, value)
		}
	}
	if r.err != nil {
		return nil, &untrusted.Error{Op: opResponse, Err: r.err}
	}
	return response, nil
}

// verifyResponseSignature: "The client obtains the key needed to check the signature based on the JWT's iss element and,
// if present, the kid header element and checks its signature. If the check fails, the client MUST abort processing and
// refuse the response." JARM §2.4
func (v Verifier) verifyResponseSignature(ctx context.Context, raw token.Secret) ([]byte, error) {
	forged := func(err error) error { return &untrusted.Error{Op: opResponse, Err: &SignatureError{err.Error()}} }
	algs, err := algorithms(v.Algorithms)
	if err != nil {
		return nil, &untrusted.Error{Op: opResponse, Err: err}
	}
	jws, err := parse(raw.Reveal(), algs)
	if err != nil {
		return nil, forged(err)
	}
	keys := &keySet{op: opResponse, fetch: v.Keys, jws: jws}
	payload, err := keys.VerifySignature(ctx, raw.Reveal())
	if bad, ok := errors.AsType[*untrusted.Error](err); ok {
		return nil, forged(bad.Err)
	}
	return payload, err
}

// checkResponse compares the claims with what is expected.
func (v Verifier) checkResponse(r *reader) error {
	c := claims{issuer: r.text("iss"), audience: r.texts("aud"), expiry: r.time("exp"), notBefore: r.time("nbf")}
	// "The client obtains the iss element from the JWT and checks whether its value is well known and identifies the
	// expected issuer of the authorization process in examination." JARM §2.4
	return cmp.Or(r.err, v.checkIssuer(c), v.checkResponseAudience(c), v.checkResponseTimes(c))
}

func (v Verifier) checkResponseAudience(c claims) error {
	// "The client obtains the aud element from the JWT and checks whether it matches the client id the client used to
	// identify itself in the corresponding authorization request." JARM §2.4. No other audience is accepted.
	if len(c.audience) != 1 || c.audience[0] != v.ClientID {
		return fmt.Errorf("it is not for this client: its aud is not client_id %s", untrusted.Quote(v.ClientID))
	}
	return nil
}

func (v Verifier) checkResponseTimes(c claims) error {
	// "The client checks the JWT's exp element to determine if the JWT is still valid." JARM §2.4
	if c.expiry.IsZero() {
		return errors.New("it lacks exp")
	}
	return cmp.Or(v.checkExpiry(c), v.checkBeginning(c))
}
