package testas

import (
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/oauthget/oauthget/internal/demoas"
)

const (
	// assertionLifetime: RFC 7523 §3 lets a server "reject JWTs with an "exp" claim value that is unreasonably far in the future".
	assertionLifetime = time.Hour
	// clockLeeway is for clients whose clock is wrong.
	clockLeeway = time.Minute
)

const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// asserted authenticates a client by a JWT of its own (RFC 7523 §2.2). demoas has no such method: the request goes on to it
// with a secret that stands in for the assertion.
func (s *Server) asserted(h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.ParseForm() != nil {
			s.writeError(w, r, failure("invalid_request", "The body could not be read."))
			return
		}
		if !r.PostForm.Has("client_assertion") && !r.PostForm.Has("client_assertion_type") {
			h(w, r)
			return
		}
		client, e := s.assertingClient(r)
		if e != nil {
			s.writeError(w, r, e)
			return
		}
		r.PostForm.Del("client_assertion")
		r.PostForm.Del("client_assertion_type")
		r.PostForm.Set("client_id", client.ID)
		r.PostForm.Set("client_secret", client.stand)
		h(w, r)
	}
}

func (s *Server) assertingClient(r *http.Request) (Client, *demoas.Error) {
	form := r.PostForm
	// RFC 6749 §2.3: "The client MUST NOT use more than one authentication method in each request."
	if r.Header.Get("Authorization") != "" || form.Get("client_secret") != "" {
		return Client{}, failure("invalid_request", "The client authenticates in two ways at once.")
	}
	if form.Get("client_assertion_type") != assertionType {
		return Client{}, failure("invalid_client", "The client_assertion_type is not that of a JWT.")
	}
	assertion := form.Get("client_assertion")
	claims, ok := claimed(assertion)
	// RFC 7521 §4.2: "If present, the value of the "client_id" parameter MUST identify the same client as is identified by
	// the client assertion."
	if !ok || form.Has("client_id") && form.Get("client_id") != claims.Subject {
		return Client{}, failure("invalid_client", "The client assertion is not a JWT about this client.")
	}
	client, known := s.client(claims.Subject)
	if !known || !client.asserts() {
		return Client{}, failure("invalid_client", "The client is unknown or did not authenticate as it is registered.")
	}
	if err := s.verifyClientAssertion(assertion, client); err != nil {
		return Client{}, failure("invalid_client", "The client assertion is refused: "+err.Error()+".")
	}
	return client, nil
}

func (s *Server) verifyClientAssertion(assertion string, client Client) error {
	claims, err := client.signed(assertion)
	if err != nil {
		return err
	}
	// RFC 7523 §3: "For client authentication, the subject MUST be the "client_id" of the OAuth client." OpenID Connect Core
	// §9 demands a jti.
	if claims.Subject != client.ID || claims.ID == "" {
		return errors.New("sub is not the client, or jti is missing")
	}
	return s.checkAssertion(claims, client)
}

// signed returns the claims of a JWT that the client has signed as it is registered to authenticate.
func (c Client) signed(text string) (jwt.Claims, error) {
	if c.AuthMethod == AuthPrivateKeyJWT {
		return signedBy(text, c.JWKS)
	}
	token, err := jwt.ParseSigned(text, secretAlgorithms())
	if err != nil {
		return jwt.Claims{}, errors.New("it is not a JWT signed with a secret")
	}
	var claims jwt.Claims
	if token.Claims([]byte(c.Secret), &claims) != nil {
		return jwt.Claims{}, errors.New("the client's secret has not signed it")
	}
	return claims, nil
}

// keyAlgorithms are those of public keys.
func keyAlgorithms() []jose.SignatureAlgorithm {
	return []jose.SignatureAlgorithm{
		jose.ES256, jose.ES384, jose.ES512, jose.PS256, jose.PS384, jose.PS512, jose.RS256, jose.RS384, jose.RS512, jose.EdDSA,
	}
}

// secretAlgorithms are those of client secrets.
func secretAlgorithms() []jose.SignatureAlgorithm {
	return []jose.SignatureAlgorithm{jose.HS256, jose.HS384, jose.HS512}
}

// signedBy returns the claims of a JWT that one of the keys has signed, and decodes them into dest.
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

// claimed returns the claims without a look at the signature, to find out whose it must be.
func claimed(text string) (jwt.Claims, bool) {
	token, err := jwt.ParseSigned(text, append(keyAlgorithms(), secretAlgorithms()...))
	var claims jwt.Claims
	return claims, err == nil && token.UnsafeClaimsWithoutVerification(&claims) == nil
}

// checkAssertion checks the claims of a client's assertion as RFC 7523 §3 says.
func (s *Server) checkAssertion(claims jwt.Claims, by Client) error {
	now := s.config.Now()
	switch {
	case claims.Issuer != by.ID:
		return errors.New("iss is not the client")
	case claims.Subject == "":
		return errors.New("sub is missing")
	// RFC 7523 §3: "The authorization server MUST reject any JWT that does not contain its own identity as the intended
	// audience." RFC 9126 §2 has it accept issuer, token endpoint and pushed authorization request endpoint.
	case !claims.Audience.Contains(s.Issuer()) && !claims.Audience.Contains(s.URL("/token")) && !claims.Audience.Contains(s.URL("/par")):
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

// replays keeps what may be used once.
type replays struct {
	mu   sync.Mutex
	used demoas.Table[struct{}]
}

func newReplays(now func() time.Time) *replays { return &replays{used: demoas.NewTable[struct{}](now)} }

// first reports whether this is the first use of id within its lifetime.
func (r *replays) first(id string, lifetime time.Duration) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, seen := r.used.Get(id); seen {
		return false
	}
	r.used.Put(id, struct{}{}, lifetime)
	return true
}
