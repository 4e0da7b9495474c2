package idtoken

import (
	"cmp"
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"
	josejson "github.com/go-jose/go-jose/v4/json"

	"github.com/oauthget/oauthget/internal/signing"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// Keys returns an issuer's JWK Set document; fresh bypasses the cache.
type Keys = func(ctx context.Context, fresh bool) ([]byte, error)

// Once returns a Keys that fetches the document at most twice, however many tokens are verified: once from any source,
// and once fresh. Otherwise the sender of tokens could choose how often the issuer is asked. A failure is not kept.
func Once(keys Keys) Keys {
	turn := make(chan struct{}, 1) // a lock that can be awaited with a context
	var document []byte
	var isFresh bool
	return func(ctx context.Context, fresh bool) ([]byte, error) {
		select {
		case turn <- struct{}{}:
			defer func() { <-turn }()
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
		if document != nil && (isFresh || !fresh) {
			return document, nil
		}
		got, err := keys(ctx, fresh)
		if err != nil {
			return nil, err
		}
		document, isFresh = got, fresh
		return got, nil
	}
}

// keySet verifies the signature of one token with the issuer's keys. It implements oidc.KeySet, and keeps the result:
// go-oidc turns errors into text.
type keySet struct {
	op      string // prefix of the errors; empty for that of ID Tokens
	fetch   Keys
	jws     *jose.JSONWebSignature
	secret  token.Secret // the key if the signature is a MAC
	payload []byte       // set once verified
	err     error
}

// VerifySignature implements oidc.KeySet.
//
// "The verifier knows to go back to the jwks_uri location to re-retrieve the keys when it sees an unfamiliar kid
// value." OpenID Connect Core §10.1.1. A cached key without kid, or with a reused one, is recognised as stale only
// because the signature does not verify. So any failure fetches the keys again: once only, since the sender of a token
// controls whether it fails.
func (k *keySet) VerifySignature(ctx context.Context, _ string) ([]byte, error) {
	op := cmp.Or(k.op, op)
	if signing.MACBits(k.jws.Signatures[0].Header.Algorithm) > 0 {
		if k.payload, k.err = verifyMAC(k.jws, k.secret); k.err != nil {
			k.err = &untrusted.Error{Op: op, Err: k.err}
		}
		return k.payload, k.err
	}
	for _, fresh := range []bool{false, true} {
		var document []byte
		if document, k.err = k.fetch(ctx, fresh); k.err != nil {
			k.err = fmt.Errorf("%s: %w", op, k.err)
			break
		}
		if k.payload, k.err = verify(k.jws, document); k.err == nil {
			break
		}
		k.err = &untrusted.Error{Op: op, Err: k.err}
	}
	return k.payload, k.err
}

func verify(jws *jose.JSONWebSignature, document []byte) ([]byte, error) {
	keys, bad, err := readKeys(document)
	if err != nil {
		return nil, err
	}
	// Header is the protected one: a compact serialization has no other.
	keys, err = choose(keys, bad, jws.Signatures[0].Header)
	if err != nil {
		return nil, err
	}
	for _, key := range keys {
		if payload, err := jws.Verify(key.Key); err == nil {
			return payload, nil
		}
	}
	return nil, errors.New("the signature is not by the issuer's key")
}

// choose returns the keys that may have signed the token.
func choose(keys []jose.JSONWebKey, bad []unreadable, header jose.Header) ([]jose.JSONWebKey, error) {
	alg, kid := header.Algorithm, header.KeyID
	fitting := slices.DeleteFunc(slices.Clone(keys), func(key jose.JSONWebKey) bool { return unfit(key, alg) != nil })
	if kid == "" {
		// "If there are multiple keys in the referenced JWK Set document, a kid value MUST be provided in the JOSE
		// Header." OpenID Connect Core §10.1. Only keys that fit the algorithm are counted.
		if len(fitting) > 1 {
			return nil, fmt.Errorf("its header has no kid, and the issuer has %d keys for %s", len(fitting), alg)
		}
		if len(fitting) == 0 && len(bad) > 0 {
			return nil, fmt.Errorf("the issuer has no key for %s, and one that cannot be read: %w", alg, bad[0].reason)
		}
		if len(fitting) == 0 {
			return nil, fmt.Errorf("the issuer has no key for %s", alg)
		}
		return fitting, nil
	}
	// Several keys may have the same kid, if "considered to be equivalent alternatives" (RFC 7517 §4.5).
	named := slices.DeleteFunc(slices.Clone(fitting), func(key jose.JSONWebKey) bool { return key.KeyID != kid })
	if len(named) > 0 {
		return named, nil
	}
	// kid is OPTIONAL in a JWK (RFC 7517 §4.5): a single key needs none.
	if len(fitting) == 1 && fitting[0].KeyID == "" {
		return fitting, nil
	}
	for _, key := range keys {
		if key.KeyID == kid {
			return nil, fmt.Errorf("the issuer's key %s cannot be used for %s: %w", untrusted.Quote(kid), alg, unfit(key, alg))
		}
	}
	for _, b := range bad {
		if b.kid == kid {
			return nil, fmt.Errorf("the issuer's key %s cannot be read: %w", untrusted.Quote(kid), b.reason)
		}
	}
	return nil, fmt.Errorf("the issuer has no key %s", untrusted.Quote(kid))
}

// unfit reports why key cannot have signed with alg. Checking that the algorithm fits the key's type prevents a public
// key from being used as something else (RFC 8725 §3.1).
func unfit(key jose.JSONWebKey, alg string) error {
	// "use" is "sig" or "enc" (RFC 7517 §4.2).
	if key.Use != "" && key.Use != "sig" {
		return fmt.Errorf("its use is %s", untrusted.Quote(key.Use))
	}
	// "alg" is "the algorithm intended for use with the key" (RFC 7517 §4.4).
	if key.Algorithm != "" && key.Algorithm != alg {
		return fmt.Errorf("its alg is %s", untrusted.Quote(key.Algorithm))
	}
	var fits bool
	switch public := key.Key.(type) {
	case *rsa.PublicKey:
		fits = strings.HasPrefix(alg, "RS") || strings.HasPrefix(alg, "PS")
		if fits && public.N.BitLen() < signing.MinRSABits { // crypto/rsa refuses only keys below 1024 bits, and go-jose does not check
			return fmt.Errorf("it has %d bits, and RFC 7518 §3.3 requires %d", public.N.BitLen(), signing.MinRSABits)
		}
	case *ecdsa.PublicKey: // RFC 7518 §3.4 binds each algorithm to one curve
		curve := map[string]string{"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}
		fits = public.Curve.Params().Name == curve[alg]
	case ed25519.PublicKey:
		fits = alg == "EdDSA"
	}
	if !fits {
		return errors.New("it is of a different type")
	}
	return nil
}

// unreadable is a key of a JWK Set that cannot be used.
type unreadable struct {
	kid    string
	reason error
}

// readKeys returns the public keys of a JWK Set, and those that it cannot read. "Implementations SHOULD ignore JWKs within
// a JWK Set that use "kty" (key type) values that are not understood by them, that are missing required members, or for
// which values are out of the supported ranges." RFC 7517 §5.
func readKeys(document []byte) (keys []jose.JSONWebKey, bad []unreadable, err error) {
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if josejson.Unmarshal(document, &set) != nil {
		return nil, nil, errors.New("the issuer's keys are not a JWK Set")
	}
	for _, raw := range set.Keys {
		key, kid, err := readKey(raw)
		if err != nil {
			bad = append(bad, unreadable{kid, err})
		} else {
			keys = append(keys, key)
		}
	}
	return keys, bad, nil
}

// readKey reads only the members that make a public key. It ignores certificates: nothing here uses them, and one that
// crypto/x509 rejects would make the whole key unreadable.
func readKey(raw json.RawMessage) (key jose.JSONWebKey, kid string, err error) {
	var members struct {
		Kty    string          `json:"kty"`
		Kid    string          `json:"kid,omitempty"`
		Use    string          `json:"use,omitempty"`
		Alg    string          `json:"alg,omitempty"`
		KeyOps []string        `json:"key_ops,omitempty"`
		Crv    string          `json:"crv,omitempty"`
		N      string          `json:"n,omitempty"`
		E      string          `json:"e,omitempty"`
		X      string          `json:"x,omitempty"`
		Y      string          `json:"y,omitempty"`
		D      json.RawMessage `json:"d,omitempty"`
	}
	if josejson.Unmarshal(raw, &members) != nil {
		return key, members.Kid, errors.New("a member of it has the wrong type or occurs twice")
	}
	// "key_ops" is "the operation(s) for which the key is intended to be used" (RFC 7517 §4.3).
	if members.KeyOps != nil && !slices.Contains(members.KeyOps, "verify") {
		return key, members.Kid, errors.New("its key_ops do not include verify")
	}
	public, err := json.Marshal(members)
	if err != nil {
		return key, members.Kid, errors.New("it is malformed") // not reached: it was just decoded
	}
	err = key.UnmarshalJSON(public)
	switch {
	// A published private key proves nothing. A symmetric key has no public half, and its k was not read.
	case members.D != nil:
		return key, members.Kid, errors.New("its private half is published")
	case !slices.Contains([]string{"RSA", "EC", "OKP"}, members.Kty):
		return key, members.Kid, fmt.Errorf("its kty %s is not supported", untrusted.Quote(members.Kty))
	case members.Kty != "RSA" && !slices.Contains([]string{"P-256", "P-384", "P-521", "Ed25519"}, members.Crv):
		return key, members.Kid, fmt.Errorf("its crv %s is not supported", untrusted.Quote(members.Crv))
	case err != nil || !key.IsPublic():
		return key, members.Kid, errors.New("it is malformed")
	}
	return key, members.Kid, nil
}
