package dpop

import (
	"errors"

	"github.com/oauthget/oauthget/internal/signing"
	"github.com/oauthget/oauthget/internal/token"
)

// ErrKeyLost is returned if the key that tokens are bound to is not stored with them, or is damaged. The tokens cannot
// be used without it.
var ErrKeyLost = errors.New("the key that the token is bound to is missing or damaged")

// ErrBound is returned if a token is bound to a key and the protocol in use cannot carry a proof.
var ErrBound = errors.New("the token is bound to a key (DPoP), and each request needs a proof of that key beside it")

// Bound reports whether set's access token needs a proof.
func Bound(set token.Set) bool { return set.Type() == Scheme }

// KeyOf returns the key that set's tokens are bound to, or ErrKeyLost.
func KeyOf(set token.Set) (*signing.Key, error) {
	key, err := signing.Parse([]byte(set.DPoPKey.Reveal()), "")
	if err != nil {
		return nil, ErrKeyLost // err describes a format that only we write: no use to a person
	}
	return key, nil
}

// Prover signs the proof for one request.
type Prover func(Request) (token.Secret, error)

// Provers returns the prover for the key that set's tokens are bound to. It is nil where the sets hold the keys.
type Provers func(set token.Set) (Prover, error)

// Of returns the prover for set.
func (p Provers) Of(set token.Set) (Prover, error) {
	if p != nil {
		return p(set)
	}
	key, err := KeyOf(set)
	if err != nil {
		return nil, err
	}
	return ByKey(key), nil
}

// ByKey returns the prover that signs with key.
func ByKey(key *signing.Key) Prover {
	return func(r Request) (token.Secret, error) { return Proof(key, r) }
}

// Seal returns key in the form of token.Set.DPoPKey; empty for nil.
func Seal(key *signing.Key) token.Secret {
	if key == nil {
		return token.Secret{}
	}
	jwk, err := key.MarshalJSON()
	if err != nil {
		return token.Secret{} // not reached: every signing key has a JWK
	}
	return token.NewSecret(string(jwk))
}
