// Package idtoken decides whether an ID Token may be believed (OpenID Connect Core §3.1.3.7, and §12.2 after a
// refresh; RFC 7515, RFC 7517 and RFC 7519 underneath), and who signed any other JWT of the same issuer's.
//
// Signatures and their encodings are go-jose's work, the order of validation and at_hash go-oidc's. go-oidc leaves to
// its caller the nonce, azp, iat, and every leeway for clocks; it takes a claim's name in any case and the last of two
// claims with one name; it lets Google's tokens name an issuer without its scheme; and its errors quote the token. So
// each claim is checked here as well, from a strict reading, and both must agree.
//
// It deliberately opens no connection (the keys come through a func), does not decrypt, takes a symmetric algorithm only
// where the client is registered for that one (a client secret is no proof of who signed), never takes "none", and does
// not use the permission of §3.1.3.7 item 6 to skip the signature of a token that came over TLS.
package idtoken

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"

	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

const op = "validate ID token"

// DefaultLeeway is how far the clocks of server and client may differ. "Implementers MAY provide for some small
// leeway, usually no more than a few minutes, to account for clock skew" (RFC 7519 §4.1.4); the FAPI 2.0 Security
// Profile §5.3.2.1 refuses what is more than 60 seconds in the future.
const DefaultLeeway = 60 * time.Second

// Verifier validates the ID Tokens that one issuer gives to one client.
type Verifier struct {
	Issuer   string // exactly as configured, and as the metadata names it
	ClientID string
	// Keys returns the issuer's JWK Set document; fresh asks for one that is not from a cache. It is called with fresh
	// at most once a token, and bounds its time by ctx and the size of the document. Its errors are returned, wrapped.
	Keys Keys
	// Algorithm is the only one that is accepted for ID Tokens, where the client is registered for one
	// (id_token_signed_response_alg): HS256, HS384 and HS512 too, with Secret. Algorithms are not looked at then.
	Algorithm string
	// Secret is the client secret, the key of the symmetric algorithms (OpenID Connect Core §10.1).
	Secret token.Secret
	// Algorithms are those the metadata names (id_token_signing_alg_values_supported); of them only asymmetric ones are
	// accepted. Empty accepts all of these.
	Algorithms []string
	// Secrets are what no error repeats of a token's claims, beside the token; empty for nothing.
	Secrets []untrusted.Masker
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// Leeway is how far clocks may differ; 0 is DefaultLeeway.
	Leeway time.Duration
}

// Expected is what the request the token answers fixed beforehand.
type Expected struct {
	// Nonce is the one sent in the authorization request; empty where none was, as in a refresh.
	Nonce token.Secret
	// AccessToken came in the same response, for at_hash.
	AccessToken token.Secret
	// Subject is whom it must be about: after a refresh, whom the first ID Token was; at a login, who was asked for. Empty
	// for anybody.
	Subject string
	// Original is, after a refresh, the ID Token of the login or of the refresh before; empty where there is none.
	Original token.Secret
	// Authentication is what was asked of how the person signs in.
	Authentication Authentication
}

// Claims are those of a valid ID Token that the product uses. All but the subject and the first two times may be empty.
// Their texts are the server's: they are for a person only through untrusted.Text.
type Claims struct {
	Subject                        string
	IssuedAt, Expiry, AuthTime     time.Time
	PreferredUsername, Email, Name string
	ACR                            string
}

// Username is the best name for a person there is beside the subject, or empty.
func (c Claims) Username() string { return cmp.Or(c.PreferredUsername, c.Email, c.Name) }

// Verify returns the claims of raw. What is wrong with the token, or with the keys, is an *untrusted.Error, with a
// *ClockError inside where the time is; a failure to get the keys is the error of Verifier.Keys. No error contains any
// of the token but the claim it is about.
func (v Verifier) Verify(ctx context.Context, raw token.Secret, e Expected) (Claims, error) {
	if v.Issuer == "" || v.ClientID == "" {
		return Claims{}, errors.New(op + ": neither issuer nor client_id may be unknown")
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
		// It knows no leeway for exp: it is told the time it was.
		Now: func() time.Time { return v.now().Add(-v.leeway()) },
	}
}

// checkAccessToken: "if the ID Token contains an at_hash Claim, the Client MAY use it to validate the Access Token"
// (OpenID Connect Core §3.1.3.8), and then "The value of at_hash in the ID Token MUST match the value produced in the
// previous step." (§3.2.2.9). The hash is that of the ID Token's signature; EdDSA's is SHA-512, the one inside Ed25519.
func checkAccessToken(t *oidc.IDToken, alg string, accessToken token.Secret) error {
	if t.AccessTokenHash == "" || accessToken.Empty() || t.AccessTokenHash == macHash(alg, accessToken) {
		return nil
	}
	if t.VerifyAccessToken(accessToken.Reveal()) != nil {
		return errors.New("at_hash is not that of the access token it came with")
	}
	return nil
}

// quote is a claim's text for an error.
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
