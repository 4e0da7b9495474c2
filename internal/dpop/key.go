package dpop

import (
	"errors"

	"github.com/oauthget/oauthget/internal/signing"
	"github.com/oauthget/oauthget/internal/token"
)

// ErrKeyLost says that tokens are bound to a key that is not stored with them, or that what is stored is no key. They
// are good for nothing then.
var ErrKeyLost = errors.New("the key that the token is bound to is missing or damaged")

// ErrBound is returned where a token is bound to a key and the protocol that is spoken takes no proof.
var ErrBound = errors.New("the token is bound to a key (DPoP), and each request needs a proof of that key beside it")

// Bound reports whether set's access token is of no use without a proof.
func Bound(set token.Set) bool { return set.Type() == Scheme }

// KeyOf returns the key that set's tokens are bound to, or ErrKeyLost.
func KeyOf(set token.Set) (*signing.Key, error) {
	key, err := signing.Parse([]byte(set.DPoPKey.Reveal()), "")
	if err != nil {
		return nil, ErrKeyLost // err would tell of what nobody but us has written what it looks like
	}
	return key, nil
}

// Seal is key in the form of token.Set.DPoPKey; empty for none.
func Seal(key *signing.Key) token.Secret {
	if key == nil {
		return token.Secret{}
	}
	jwk, err := key.MarshalJSON()
	if err != nil {
		return token.Secret{} // not reached: a key that signs has a JWK. KeyOf would say ErrKeyLost
	}
	return token.NewSecret(string(jwk))
}
