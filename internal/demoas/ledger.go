package demoas

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"slices"
	"sync"
	"time"
)

const (
	// codeLifetime is well inside RFC 6749 §4.1.2: "A maximum authorization code lifetime of 10 minutes is RECOMMENDED."
	codeLifetime = time.Minute
	// codeMemory is how long a code is known after it was issued, so that its second use is noticed.
	codeMemory           = time.Hour
	refreshTokenLifetime = 30 * 24 * time.Hour
)

// Login is who signed in, and when.
type Login struct {
	User string
	At   time.Time
}

// Grant is what a person has allowed a client. All tokens issued for it point to it, so that revoking it revokes them all.
// Only revoked changes.
type Grant struct {
	ClientID string
	Login    Login
	Scopes   []string
	Audience []string
	Extra    any // of the tests' server

	redirectURI, codeChallenge, nonce string
	revoked                           bool
}

type authorizationCode struct {
	grant   *Grant
	expires time.Time
	spent   bool
}

// AccessToken is what an access token stands for.
type AccessToken struct {
	Grant            *Grant
	Scopes, Audience []string
	Issued, Expires  time.Time
	Extra            any // of the tests' server
}

type refreshToken struct {
	grant *Grant
	spent bool // replaced by another
}

// ledger keeps what was issued.
type ledger struct {
	prefix              string
	accessTokenLifetime time.Duration
	now                 func() time.Time

	mu            sync.Mutex
	codes         Table[*authorizationCode]
	accessTokens  Table[AccessToken]
	refreshTokens Table[*refreshToken]
}

func newLedger(c Config) *ledger {
	return &ledger{
		prefix: c.Prefix, accessTokenLifetime: c.AccessTokenLifetime, now: c.Now,
		codes:         NewTable[*authorizationCode](c.Now),
		accessTokens:  NewTable[AccessToken](c.Now),
		refreshTokens: NewTable[*refreshToken](c.Now),
	}
}

func (l *ledger) issueCode(g *Grant) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	code := randomSecret(l.prefix)
	l.codes.Put(code, &authorizationCode{grant: g, expires: l.now().Add(codeLifetime)}, codeMemory)
	return code
}

// redemption is what a client sends along with a code.
type redemption struct{ clientID, redirectURI, codeVerifier string }

// redeemCode spends the code even if the rest of the request is wrong, so that there is one guess at the verifier.
func (l *ledger) redeemCode(code string, by redemption) (*Grant, *Error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	c, ok := l.codes.Get(code)
	// The request of another client does not spend it, or anybody who saw a code could deny it to its client.
	if !ok || c.grant.ClientID != by.clientID {
		return nil, &Error{"invalid_grant", "The code is unknown or was issued to another client."}
	}
	// RFC 6749 §4.1.2: "If an authorization code is used more than once, the authorization server MUST deny the request and
	// SHOULD revoke (when possible) all tokens previously issued based on that authorization code."
	if c.spent {
		c.grant.revoked = true
		return nil, &Error{"invalid_grant", "The code was used before. Its tokens are revoked."}
	}
	c.spent = true
	switch {
	case !l.now().Before(c.expires):
		return nil, &Error{"invalid_grant", "The code has expired."}
	// RFC 6749 §4.1.3: redirect_uri is required "if the "redirect_uri" parameter was included in the authorization request",
	// as it always is here, "and their values MUST be identical".
	case c.grant.redirectURI != by.redirectURI:
		return nil, &Error{"invalid_grant", "redirect_uri is not that of the authorization request."}
	case !c.grant.verifies(by.codeVerifier):
		return nil, &Error{"invalid_grant", "code_verifier does not fit the code_challenge."}
	}
	return c.grant, nil
}

func (g *Grant) verifies(verifier string) bool {
	// RFC 9700 §2.1.1: "a token request containing a code_verifier parameter is accepted only if a code_challenge parameter
	// was present in the authorization request".
	if g.codeChallenge == "" || verifier == "" {
		return g.codeChallenge == verifier
	}
	// RFC 7636 §4.6: "BASE64URL-ENCODE(SHA256(ASCII(code_verifier))) == code_challenge".
	sum := sha256.Sum256([]byte(verifier))
	return subtle.ConstantTimeCompare([]byte(base64.RawURLEncoding.EncodeToString(sum[:])), []byte(g.codeChallenge)) == 1
}

func (l *ledger) issueAccessToken(a Issuing) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	l.accessTokens.Put(a.AccessToken, AccessToken{
		Grant: a.Grant, Scopes: a.Scopes, Audience: a.Audience, Extra: a.Extra,
		Issued: now, Expires: now.Add(l.accessTokenLifetime),
	}, l.accessTokenLifetime)
}

func (l *ledger) issueRefreshToken(g *Grant) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	secret := randomSecret(l.prefix)
	l.refreshTokens.Put(secret, &refreshToken{grant: g}, refreshTokenLifetime)
	return secret
}

// AccessToken returns what the token stands for, unless it is unknown, expired or revoked.
func (s *Server) AccessToken(secret string) (AccessToken, bool) {
	l := s.ledger
	l.mu.Lock()
	defer l.mu.Unlock()
	t, ok := l.accessTokens.Get(secret)
	if !ok || t.Grant.revoked {
		return AccessToken{}, false
	}
	return t, true
}

// Grant returns the grant of a code or refresh token that may still be used.
func (s *Server) Grant(secret string) (*Grant, bool) {
	l := s.ledger
	l.mu.Lock()
	defer l.mu.Unlock()
	if c, ok := l.codes.Get(secret); ok && !c.spent && !c.grant.revoked {
		return c.grant, true
	}
	if t, ok := l.refreshTokens.Get(secret); ok && !t.spent && !t.grant.revoked {
		return t.grant, true
	}
	return nil, false
}

// refresh spends the refresh token and returns its grant and its successor.
func (l *ledger) refresh(secret, clientID string, scopes []string) (*Grant, string, *Error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	t, ok := l.refreshTokens.Get(secret)
	if !ok || t.grant.ClientID != clientID {
		return nil, "", &Error{"invalid_grant", "The refresh token is unknown, has expired or was issued to another client."}
	}
	// RFC 9700 §4.14.2: "If a refresh token is compromised and subsequently used by both the attacker and the legitimate
	// client, one of them will present an invalidated refresh token, which will inform the authorization server of the
	// breach." The server cannot tell which of the two it talks to, so both lose their tokens.
	if t.spent {
		t.grant.revoked = true
	}
	if t.grant.revoked {
		return nil, "", &Error{"invalid_grant", "The refresh token is revoked."}
	}
	// RFC 6749 §6: "The requested scope MUST NOT include any scope not originally granted by the resource owner".
	for _, scope := range scopes {
		if !slices.Contains(t.grant.Scopes, scope) {
			return nil, "", &Error{"invalid_scope", "A scope was not granted."}
		}
	}
	t.spent = true
	successor := randomSecret(l.prefix)
	l.refreshTokens.Put(successor, &refreshToken{grant: t.grant}, refreshTokenLifetime)
	return t.grant, successor, nil
}

// revokeAll revokes all grants of the client. RFC 7592 §2.3: when a client is deleted, the server "SHOULD immediately
// invalidate all existing authorization grants and currently active access tokens, all refresh tokens, and other tokens
// associated with this client."
func (l *ledger) revokeAll(clientID string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	revoke := func(g *Grant) {
		if g.ClientID == clientID {
			g.revoked = true
		}
	}
	for _, e := range l.codes.entries {
		revoke(e.value.grant)
	}
	for _, e := range l.accessTokens.entries {
		revoke(e.value.Grant)
	}
	for _, e := range l.refreshTokens.entries {
		revoke(e.value.grant)
	}
}

// revoke revokes an access token, or a refresh token with its whole grant. An unknown token is no error.
func (l *ledger) revoke(secret, clientID string) *Error {
	l.mu.Lock()
	defer l.mu.Unlock()
	var g *Grant
	refresh, isRefresh := l.refreshTokens.Get(secret)
	access, isAccess := l.accessTokens.Get(secret)
	switch {
	case isRefresh:
		g = refresh.grant
	case isAccess:
		g = access.Grant
	default:
		return nil
	}
	// RFC 7009 §2.1: "the authorization server […] verifies whether the token was issued to the client making the revocation
	// request. If this verification fails, the request is refused".
	if g.ClientID != clientID {
		return &Error{"invalid_grant", "The token was issued to another client."}
	}
	// RFC 7009 §2.1: "If the particular token is a refresh token and the authorization server supports the revocation of
	// access tokens, then the authorization server SHOULD also invalidate all access tokens based on the same
	// authorization grant".
	if isRefresh {
		g.revoked = true
		return nil
	}
	l.accessTokens.Remove(secret)
	return nil
}
