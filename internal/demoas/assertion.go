package demoas

import (
	"errors"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

const (
	// assertionLifetime: RFC 7523 §3 lets a server "reject JWTs with an "exp" claim value that is unreasonably far in the future".
	assertionLifetime = time.Hour
	// clockLeeway is for clients whose clock goes wrong.
	clockLeeway = time.Minute
)

// keyAlgorithms are those of keys that a client publishes.
func keyAlgorithms() []jose.SignatureAlgorithm {
	return []jose.SignatureAlgorithm{
		jose.ES256, jose.ES384, jose.ES512, jose.PS256, jose.PS384, jose.PS512, jose.RS256, jose.RS384, jose.RS512, jose.EdDSA,
	}
}

// secretAlgorithms are those of client secrets.
func secretAlgorithms() []jose.SignatureAlgorithm {
	return []jose.SignatureAlgorithm{jose.HS256, jose.HS384, jose.HS512}
}

// signedBy returns the claims of a JWT that one of the keys has signed, put into dest too.
func signedBy(text string, keys *jose.JSONWebKeySet, dest ...any) (jwt.Claims, error) {
	if keys == nil {
		return jwt.Claims{}, errors.New("there are no keys")
	}
	token, err := jwt.ParseSigned(text, keyAlgorithms())
	if err != nil {
		return jwt.Claims{}, errors.New("it is not a JWT signed with an algorithm of a public key")
	}
	id := token.Headers[0].KeyID
	for _, key := range keys.Keys {
		if id != "" && key.KeyID != "" && id != key.KeyID {
			continue
		}
		var claims jwt.Claims
		if token.Claims(key, append([]any{&claims}, dest...)...) == nil {
			return claims, nil
		}
	}
	return jwt.Claims{}, errors.New("none of the keys has signed it")
}

// claimed returns the claims without looking at the signature, to find out whose it has to be.
func claimed(text string) (jwt.Claims, bool) {
	token, err := jwt.ParseSigned(text, append(keyAlgorithms(), secretAlgorithms()...))
	var claims jwt.Claims
	return claims, err == nil && token.UnsafeClaimsWithoutVerification(&claims) == nil
}

// checkAssertion holds the claims of an assertion by the client against RFC 7523 §3.
func (s *Server) checkAssertion(claims jwt.Claims, by Client) error {
	now := s.config.Now()
	switch {
	case claims.Issuer != by.ID:
		return errors.New("iss is not the client")
	case claims.Subject == "":
		return errors.New("sub is missing")
	// RFC 7523 §3: "The authorization server MUST reject any JWT that does not contain its own identity as the intended
	// audience." RFC 9126 §2 has it accept issuer, token endpoint and pushed authorization request endpoint.
	case !claims.Audience.Contains(s.Issuer()) && !claims.Audience.Contains(s.url("/token")) && !claims.Audience.Contains(s.url("/par")):
		return errors.New("aud is neither the issuer nor the token endpoint")
	// RFC 7523 §3: "The JWT MUST contain an "exp" (expiration time) claim".
	case claims.Expiry == nil:
		return errors.New("exp is missing")
	case claims.Expiry.Time().After(now.Add(assertionLifetime + clockLeeway)):
		return errors.New("exp is more than an hour away")
	case claims.ValidateWithLeeway(jwt.Expected{Time: now}, clockLeeway) != nil:
		return errors.New("it has expired, or is not valid yet")
	// RFC 7523 §3: the server "MAY ensure that JWTs are not replayed by maintaining the set of used "jti" values".
	case claims.ID != "" && !s.used.first(by.ID+" "+claims.ID, claims.Expiry.Time().Sub(now)+clockLeeway):
		return errors.New("its jti was used before")
	}
	return nil
}

// replays remembers what may be used once.
type replays struct {
	mu   sync.Mutex
	used table[struct{}]
}

func newReplays(now func() time.Time) *replays { return &replays{used: newTable[struct{}](now)} }

// first reports whether id was not seen within the lifetime of its first use.
func (r *replays) first(id string, lifetime time.Duration) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, seen := r.used.get(id); seen {
		return false
	}
	r.used.put(id, struct{}{}, lifetime)
	return true
}
