// Package idtoken validates ID Tokens (OpenID Connect Core §3.1.3.7, and §12.2 after a refresh; RFC 7515, RFC 7517 and
// RFC 7519 underneath), and verifies the signatures of an issuer's other JWTs.
//
// go-jose verifies signatures, go-oidc applies the order of validation and at_hash. go-oidc leaves nonce, azp, iat and
// clock leeway to its caller; it matches claim names in any case and takes the last of duplicates; it accepts Google's
// issuer without its scheme; and its errors quote the token. So every claim is checked here again, from a strict
// reading, and both checks must pass.
//
// The package opens no connection (a func supplies the keys) and does not decrypt. It accepts a symmetric algorithm
// only if the client is registered for it (a client secret does not prove who signed), and never "none". It always
// verifies the signature, although §3.1.3.7 item 6 allows TLS in its place.
package idtoken

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"

	"github.com/oauthget/oauthget/internal/issuer"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

const op = "validate ID token"

// DefaultLeeway is how far the clocks of server and client may differ. "Implementers MAY provide for some small
// leeway, usually no more than a few minutes, to account for clock skew" (RFC 7519 §4.1.4); the FAPI 2.0 Security
// Profile §5.3.2.1 refuses what is more than 60 seconds in the future.
const DefaultLeeway = 60 * time.Second

// Verifier validates the ID Tokens that an issuer gives to a client.
type Verifier struct {
	// Issuer is exactly as configured and as in the metadata. What [issuer.Tenant] stands for in it must be the token's tid.
	Issuer   string
	ClientID string
	// Keys returns the issuer's JWK Set; fresh bypasses the cache. It is called with fresh at most once a token. It
	// must bound its time by ctx, and the size of the document. Its errors are returned wrapped.
	Keys Keys
	// Algorithm is the only accepted algorithm if the client is registered for one (id_token_signed_response_alg): it
	// may be HS256, HS384 or HS512, keyed by Secret. Algorithms is then ignored.
	Algorithm string
	// Secret is the client secret, the key of the symmetric algorithms (OpenID Connect Core §10.1).
	Secret token.Secret
	// Algorithms are those in the metadata (id_token_signing_alg_values_supported). Only asymmetric ones are accepted:
	// all of them if the list is empty.
	Algorithms []string
	// Secrets are masked in the claims that an error quotes. The token itself always is.
	Secrets []untrusted.Masker
	// Parameters are those that VerifyResponse returns beside the standard ones.
	Parameters []string
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// Leeway is how far clocks may differ; 0 means DefaultLeeway.
	Leeway time.Duration
}

// Expected is what the request fixes about the token in its answer.
type Expected struct {
	// Nonce was sent in the authorization request; empty if none was, as in a refresh.
	Nonce token.Secret
	// AccessToken came in the same answer; it is checked against at_hash.
	AccessToken token.Secret
	// Subject is the required sub: of the first ID Token after a refresh, or as requested at a login. Empty accepts
	// any.
	Subject string
	// Original is the previous ID Token at a refresh; empty if there is none.
	Original token.Secret
	// Authentication is what was required of the sign-in.
	Authentication Authentication
}

// Claims are the claims of a valid ID Token that oauthget uses. Only Subject, IssuedAt and Expiry are always set. The
// texts are the server's: show them only through untrusted.Text.
type Claims struct {
	Subject                        string
	IssuedAt, Expiry, AuthTime     time.Time
	PreferredUsername, Email, Name string
	ACR                            string
}

// Username returns the best name of the user other than the subject; may be empty.
func (c Claims) Username() string { return cmp.Or(c.PreferredUsername, c.Email, c.Name) }

// Verify returns the claims of raw. A fault of the token or of the keys is an *untrusted.Error, with a *ClockError
// inside if it is about time. A failure to get the keys is the error of Verifier.Keys. No error contains any of the
// token but the claim it is about.
func (v Verifier) Verify(ctx context.Context, raw token.Secret, e Expected) (Claims, error) {
	if v.Issuer == "" || v.ClientID == "" {
		return Claims{}, errors.New(op + ": issuer and client_id must be known")
	}
	algs, err := v.accepted()
	if err != nil {
		return Claims{}, refuse(symmetric(err, v.Algorithms...))
	}
	jws, err := parse(raw.Reveal(), algs)
	if err != nil {
		return Claims{}, refuse(symmetric(err, claimedAlgorithm(raw)))
	}
	keys := &keySet{fetch: v.Keys, jws: jws, secret: v.Secret}
	idToken, err := oidc.NewVerifier(v.Issuer, keys, v.config(algs)).Verify(ctx, raw.Reveal())
	if keys.err != nil {
		return Claims{}, keys.err
	}
	// The signature is good. Our reading comes first, because its errors say what is wrong in a person's words.
	c, ours := v.check(keys.payload, e)
	if ours == nil && err != nil {
		ours = fmt.Errorf("refused for %s", untrusted.Quote(err.Error(), append([]untrusted.Masker{raw, e.Nonce, e.AccessToken}, v.Secrets...)...))
	}
	if ours == nil {
		ours = checkAccessToken(idToken, jws.Signatures[0].Header.Algorithm, e.AccessToken)
	}
	if ours != nil {
		return Claims{}, refuse(ours)
	}
	return c.public(), nil
}

// config makes go-oidc check what it can.
func (v Verifier) config(algs []string) *oidc.Config {
	return &oidc.Config{
		ClientID:             v.ClientID,
		SupportedSigningAlgs: algs,
		SkipIssuerCheck:      issuer.Several(v.Issuer), // it only compares
		// It has no leeway for exp, so the clock is set back.
		Now: func() time.Time { return v.now().Add(-v.leeway()) },
	}
}

// checkAccessToken: "if the ID Token contains an at_hash Claim, the Client MAY use it to validate the Access Token"
// (OpenID Connect Core §3.1.3.8), and then "The value of at_hash in the ID Token MUST match the value produced in the
// previous step." (§3.2.2.9). The hash is that of the ID Token's signature; EdDSA uses SHA-512, as Ed25519 does.
func checkAccessToken(t *oidc.IDToken, alg string, accessToken token.Secret) error {
	if t.AccessTokenHash == "" || accessToken.Empty() || t.AccessTokenHash == macHash(alg, accessToken) {
		return nil
	}
	if t.VerifyAccessToken(accessToken.Reveal()) != nil {
		return errors.New("at_hash does not match the access token")
	}
	return nil
}

// quote quotes a claim's text for an error.
func (v Verifier) quote(text string) string { return untrusted.Quote(text, v.Secrets...) }

func refuse(err error) error { return &untrusted.Error{Op: op, Err: err} }

func (v Verifier) now() time.Time {
	if v.Now == nil {
		return time.Now()
	}
	return v.Now()
}

func (v Verifier) leeway() time.Duration {
	if v.Leeway == 0 {
		return DefaultLeeway
	}
	return v.Leeway
}
