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

// login is who signed in, and when.
type login struct {
	user string
	at   time.Time
}

// grant is what a person once allowed a client, or what the client may do by itself: then nobody has signed in. Every token that comes of it points to it, so that revoking it revokes
// the whole family. All but revoked stays as it was made.
type grant struct {
	clientID, redirectURI, codeChallenge string
	login                                login
	scopes, audience                     []string
	nonce                                string
	details                              []detail
	jkt                                  string // dpop_jkt: whose key the code needs; mostly nobody's
	actor                                string // who acts for the person (RFC 8693 §4.1); mostly nobody
	revoked                              bool
}

type authorizationCode struct {
	grant   *grant
	expires time.Time
	spent   bool
}

type accessToken struct {
	grant            *grant
	scopes, audience []string
	details          []detail
	jkt              string // of the key it is bound to; empty for a bearer token
	issued, expires  time.Time
}

type refreshToken struct {
	grant *grant
	jkt   string // of the key it is bound to; mostly none
	spent bool   // and replaced by another
}

// ledger is what was issued and what has become of it.
type ledger struct {
	prefix              string
	accessTokenLifetime time.Duration
	now                 func() time.Time

	mu            sync.Mutex
	codes         table[*authorizationCode]
	accessTokens  table[accessToken]
	refreshTokens table[*refreshToken]
}

func newLedger(c Config) *ledger {
	return &ledger{
		prefix: c.Prefix, accessTokenLifetime: c.AccessTokenLifetime, now: c.Now,
		codes:         newTable[*authorizationCode](c.Now),
		accessTokens:  newTable[accessToken](c.Now),
		refreshTokens: newTable[*refreshToken](c.Now),
	}
}

func (l *ledger) issueCode(g *grant) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	code := randomSecret(l.prefix)
	l.codes.put(code, &authorizationCode{grant: g, expires: l.now().Add(codeLifetime)}, codeMemory)
	return code
}

// redemption is what a client sends along with a code.
type redemption struct{ clientID, redirectURI, codeVerifier, jkt string }

// redeemCode spends the code, whether or not the rest of the request is right: whoever guesses verifiers has one guess.
func (l *ledger) redeemCode(code string, by redemption) (*grant, *oauthError) {
	l.mu.Lock()
	defer l.mu.Unlock()
	c, ok := l.codes.get(code)
	// Another client's request does not spend it, or anybody who saw a code could keep its owner from it.
	if !ok || c.grant.clientID != by.clientID {
		return nil, &oauthError{"invalid_grant", "The code is unknown or was issued to another client."}
	}
	// RFC 6749 §4.1.2: "If an authorization code is used more than once, the authorization server MUST deny the request and
	// SHOULD revoke (when possible) all tokens previously issued based on that authorization code."
	if c.spent {
		c.grant.revoked = true
		return nil, &oauthError{"invalid_grant", "The code was used before; its tokens are revoked."}
	}
	c.spent = true
	switch {
	case !l.now().Before(c.expires):
		return nil, &oauthError{"invalid_grant", "The code has expired."}
	// RFC 6749 §4.1.3: redirect_uri is required "if the "redirect_uri" parameter was included in the authorization request",
	// as it always is here, "and their values MUST be identical".
	case c.grant.redirectURI != by.redirectURI:
		return nil, &oauthError{"invalid_grant", "redirect_uri is not that of the authorization request."}
	case !c.grant.verifies(by.codeVerifier):
		return nil, &oauthError{"invalid_grant", "code_verifier does not fit the code_challenge."}
	// RFC 9449 §10: the server "verifies that it matches the dpop_jkt parameter value in the authorization request. If they do
	// not match, it MUST reject the request."
	case c.grant.jkt != "" && c.grant.jkt != by.jkt:
		return nil, &oauthError{"invalid_grant", "The proof is not made with the key of dpop_jkt."}
	}
	return c.grant, nil
}

func (g *grant) verifies(verifier string) bool {
	// RFC 9700 §2.1.1: "a token request containing a code_verifier parameter is accepted only if a code_challenge parameter
	// was present in the authorization request".
	if g.codeChallenge == "" || verifier == "" {
		return g.codeChallenge == verifier
	}
	// RFC 7636 §4.6: "BASE64URL-ENCODE(SHA256(ASCII(code_verifier))) == code_challenge".
	sum := sha256.Sum256([]byte(verifier))
	return subtle.ConstantTimeCompare([]byte(base64.RawURLEncoding.EncodeToString(sum[:])), []byte(g.codeChallenge)) == 1
}

// issueAccessToken has text make the token's own text of what it stands for.
func (l *ledger) issueAccessToken(a issuing, text func(accessToken) (string, error)) (string, error) {
	now := l.now()
	token := accessToken{
		grant: a.grant, scopes: a.scopes, audience: a.audience, details: a.details, jkt: a.jkt,
		issued: now, expires: now.Add(l.accessTokenLifetime),
	}
	secret, err := text(token)
	if err != nil {
		return "", err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.accessTokens.put(secret, token, l.accessTokenLifetime)
	return secret, nil
}

// accessToken returns what the token stands for, or false where it is unknown, expired or revoked.
func (l *ledger) accessToken(secret string) (accessToken, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	t, ok := l.accessTokens.get(secret)
	if !ok || t.grant.revoked {
		return accessToken{}, false
	}
	return t, true
}

func (l *ledger) issueRefreshToken(g *grant, jkt string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	secret := randomSecret(l.prefix)
	l.refreshTokens.put(secret, &refreshToken{grant: g, jkt: jkt}, refreshTokenLifetime)
	return secret
}

// refreshing is what a client sends along with a refresh token.
type refreshing struct {
	clientID string
	jkt      string   // of the key that the client proves to have
	scopes   []string // empty for those of the grant
	keep     bool     // do not rotate
}

// refresh spends the refresh token and returns its successor, or "" where the old one is kept.
func (l *ledger) refresh(secret string, by refreshing) (*grant, string, *oauthError) {
	l.mu.Lock()
	defer l.mu.Unlock()
	t, ok := l.refreshTokens.get(secret)
	if !ok || t.grant.clientID != by.clientID {
		return nil, "", &oauthError{"invalid_grant", "The refresh token is unknown, has expired or was issued to another client."}
	}
	// RFC 9449 §5: "The binding MUST be validated when the refresh token is later presented to get new access tokens." Whoever
	// has no such proof does not spend the token either.
	if t.jkt != "" && t.jkt != by.jkt {
		return nil, "", &oauthError{"invalid_grant", "The refresh token is bound to another key."}
	}
	// RFC 9700 §4.14.2: "If a refresh token is compromised and subsequently used by both the attacker and the legitimate
	// client, one of them will present an invalidated refresh token, which will inform the authorization server of the
	// breach." It cannot know which of the two it talks to, so both lose everything.
	if t.spent {
		t.grant.revoked = true
	}
	if t.grant.revoked {
		return nil, "", &oauthError{"invalid_grant", "The refresh token is revoked."}
	}
	// RFC 6749 §6: "The requested scope MUST NOT include any scope not originally granted by the resource owner".
	for _, scope := range by.scopes {
		if !slices.Contains(t.grant.scopes, scope) {
			return nil, "", &oauthError{"invalid_scope", "A scope was not granted."}
		}
	}
	if by.keep {
		return t.grant, "", nil
	}
	t.spent = true
	successor := randomSecret(l.prefix)
	l.refreshTokens.put(successor, &refreshToken{grant: t.grant, jkt: t.jkt}, refreshTokenLifetime)
	return t.grant, successor, nil
}

// forget revokes all grants of the client: once it is deleted, the server "SHOULD immediately invalidate all existing
// authorization grants and currently active access tokens, all refresh tokens, and other tokens associated with this
// client." (RFC 7592 §2.3)
func (l *ledger) forget(clientID string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	end := func(g *grant) {
		if g.clientID == clientID {
			g.revoked = true
		}
	}
	for _, e := range l.codes.entries {
		end(e.value.grant)
	}
	for _, e := range l.accessTokens.entries {
		end(e.value.grant)
	}
	for _, e := range l.refreshTokens.entries {
		end(e.value.grant)
	}
}

// revoke ends what the token stands for. A token that is not known is as good as revoked.
func (l *ledger) revoke(secret, clientID string) *oauthError {
	l.mu.Lock()
	defer l.mu.Unlock()
	var g *grant
	refresh, isRefresh := l.refreshTokens.get(secret)
	access, isAccess := l.accessTokens.get(secret)
	switch {
	case isRefresh:
		g = refresh.grant
	case isAccess:
		g = access.grant
	default:
		return nil
	}
	// RFC 7009 §2.1: "the authorization server […] verifies whether the token was issued to the client making the revocation
	// request. If this verification fails, the request is refused".
	if g.clientID != clientID {
		return &oauthError{"invalid_grant", "The token was issued to another client."}
	}
	// RFC 7009 §2.1: "If the particular token is a refresh token and the authorization server supports the revocation of
	// access tokens, then the authorization server SHOULD also invalidate all access tokens based on the same
	// authorization grant".
	if isRefresh {
		g.revoked = true
		return nil
	}
	l.accessTokens.remove(secret)
	return nil
}
