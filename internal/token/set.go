// Package token has the types that all packages share: a secret that cannot be printed, and the set of tokens of one token
// response (RFC 6749 §5.1, OpenID Connect Core §3.1.3.3).
//
// It knows no protocol, no store and no clock.
package token

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/oauthget/oauthget/internal/ascii"
)

// Set is the result of one token response, as it is stored and used.
type Set struct {
	AccessToken  Secret
	TokenType    string // as sent; Type gives the canonical form
	RefreshToken Secret // empty if there is none
	IDToken      Secret // validated; empty if there is none
	// Scopes are the granted scopes. A response without scope means "identical to the scope requested by the client" (RFC 6749
	// §5.1): then they are the requested ones.
	Scopes []string
	// Expiry is zero if the server sent none (RFC 6749 §5.1: expires_in is only RECOMMENDED).
	Expiry time.Time
	// Obtained is when the response arrived.
	Obtained time.Time
	// TokenEndpoint is the URL that the tokens came from. The refresh token is sent to no other.
	TokenEndpoint string
	// IDTokenExpiry is the expiry of the ID Token, which may come long before the access token's.
	IDTokenExpiry time.Time
	// Subject and Username identify the user, from the validated ID Token. They are empty if there was none.
	Subject, Username string
	// DPoPKey is the private JWK that the tokens are bound to (RFC 9449 §4.2). It is empty for unbound tokens.
	DPoPKey Secret
	// AuthorizationDetails are the granted ones (RFC 9396 §7), a JSON array. Empty if the server sent none.
	AuthorizationDetails string
	// Registration is set in place of tokens if the set is a registered client's.
	Registration *Registration
	// IssuedType is the type of the token that an exchange returned, a URI of RFC 8693 §3. Empty for other grants.
	IssuedType string
	// Kept are the other members and parameters of answers that the profile keeps, a JSON object. Empty for none.
	Kept Secret
}

// clockLeeway is how far the clock may have been set back since the token was obtained. Beyond it, the expiry is not relied on.
const clockLeeway = time.Minute

// Live reports whether there is an access token that lives longer than minTTL from now. Without an expiry it counts as live: only
// the resource server knows. One obtained in the future does not: the clock was or is wrong, so its expiry means nothing.
func (s Set) Live(now time.Time, minTTL time.Duration) bool {
	switch {
	case s.AccessToken.Empty():
		return false
	case s.Expiry.IsZero():
		return true
	case s.Obtained.Sub(now) > clockLeeway:
		return false
	}
	return s.Expiry.Sub(now) > minTTL
}

// IDTokenLive reports whether there is an ID Token that lives longer than minTTL from now.
func (s Set) IDTokenLive(now time.Time, minTTL time.Duration) bool {
	return !s.IDToken.Empty() && (s.IDTokenExpiry.IsZero() || s.IDTokenExpiry.Sub(now) > minTTL)
}

// User returns the name that the server gave the user, "" if none.
func (s Set) User() string { return cmp.Or(s.Username, s.Subject) }

// NotApplicable is the token type of a token that is not an access token and goes into no Authorization header (RFC 8693 §2.2.1).
const NotApplicable = "N_A"

// Type returns the token type for the Authorization header. It is case-insensitive in the response (RFC 6749 §7.1), where servers
// send "bearer"; RFC 6750 §2.1 writes "Bearer". A missing type counts as Bearer.
func (s Set) Type() string {
	switch {
	case s.TokenType == "" || strings.EqualFold(s.TokenType, "bearer"):
		return "Bearer"
	case strings.EqualFold(s.TokenType, "dpop"):
		return "DPoP"
	case strings.EqualFold(s.TokenType, NotApplicable):
		return NotApplicable
	default:
		return s.TokenType
	}
}

// ErrNoAccessToken is returned if an exchange issued something else, such as a refresh token, which no API may see.
var ErrNoAccessToken = errors.New("the issued token is not an access token")

// CheckAccessToken returns [ErrNoAccessToken] if the set cannot be used with an API. RFC 8693 §2.2.1: "If the issued token is
// not an access token or usable as an access token, then the "token_type" value "N_A" is used to indicate that an OAuth
// 2.0 "token_type" identifier is not applicable in that context."
func (s Set) CheckAccessToken() error {
	if s.Type() == NotApplicable {
		return ErrNoAccessToken
	}
	return nil
}

// ErrNoIDToken is returned for a set without an ID Token.
var ErrNoIDToken = errors.New("the server sent no ID Token")

// stored is the serialized form of a Set. Times are Unix seconds, to keep it short.
type stored struct {
	Version      int      `json:"v"`
	AccessToken  string   `json:"access_token"`
	TokenType    string   `json:"token_type,omitempty"`
	RefreshToken string   `json:"refresh_token,omitempty"`
	IDToken      string   `json:"id_token,omitempty"`
	Scopes       []string `json:"scopes,omitempty"`
	Expiry       int64    `json:"expires_at,omitempty"`
	Obtained     int64    `json:"obtained_at,omitempty"`
	IDExpiry     int64    `json:"id_token_expires_at,omitempty"`
	Subject      string   `json:"sub,omitempty"`
	Username     string   `json:"username,omitempty"`
	Endpoint     string   `json:"token_endpoint,omitempty"`
	DPoPKey      string   `json:"dpop_key,omitempty"`
	Details      string   `json:"authorization_details,omitempty"`
	IssuedType   string   `json:"issued_token_type,omitempty"`

	Registration *Registration `json:"registration,omitempty"`
	Kept         string        `json:"kept,omitempty"`
}

const storedVersion = 1

// Marshal returns the serialized form. It contains the secrets in clear: only a store calls it, to seal the result.
func (s Set) Marshal() ([]byte, error) {
	return json.Marshal(stored{
		Version:     storedVersion,
		AccessToken: s.AccessToken.Reveal(), TokenType: s.TokenType,
		RefreshToken: s.RefreshToken.Reveal(), IDToken: s.IDToken.Reveal(),
		Scopes: s.Scopes, Expiry: unix(s.Expiry), Obtained: unix(s.Obtained), IDExpiry: unix(s.IDTokenExpiry),
		Subject: s.Subject, Username: s.Username, Endpoint: s.TokenEndpoint,
		DPoPKey: s.DPoPKey.Reveal(), Details: s.AuthorizationDetails, IssuedType: s.IssuedType,
		Registration: s.Registration,
		Kept:         s.Kept.Reveal(),
	})
}

// Unmarshal reads the serialized form. Its errors contain nothing of data.
func Unmarshal(data []byte) (Set, error) {
	var st stored
	if err := json.Unmarshal(data, &st); err != nil {
		return Set{}, fmt.Errorf("decode token set: not in the form oauthget writes (%d bytes)", len(data))
	}
	if st.Version != storedVersion {
		return Set{}, fmt.Errorf("decode token set: version %d is not known to this version of oauthget", st.Version)
	}
	// RFC 6749 §A.12, §A.17: access and refresh tokens are 1*VSCHAR. Responses are checked when they arrive. This is for a
	// store that somebody else has written to: the token and its type become a line of a header.
	for _, text := range []string{st.AccessToken, st.TokenType, st.RefreshToken, st.IDToken} {
		if !isVSCHAR(text) {
			return Set{}, errors.New("decode token set: a token contains an invalid character")
		}
	}
	return Set{
		AccessToken: NewSecret(st.AccessToken), TokenType: st.TokenType,
		RefreshToken: NewSecret(st.RefreshToken), IDToken: NewSecret(st.IDToken),
		Scopes: st.Scopes, Expiry: fromUnix(st.Expiry), Obtained: fromUnix(st.Obtained), IDTokenExpiry: fromUnix(st.IDExpiry),
		Subject: st.Subject, Username: st.Username, TokenEndpoint: st.Endpoint,
		DPoPKey: NewSecret(st.DPoPKey), AuthorizationDetails: st.Details, IssuedType: st.IssuedType,
		Registration: st.Registration,
		Kept:         NewSecret(st.Kept),
	}, nil
}

// isVSCHAR reports whether s consists of VSCHAR (RFC 6749 §A).
func isVSCHAR(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return !ascii.IsVSCHAR(r) })
}

func unix(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

func fromUnix(s int64) time.Time {
	if s == 0 {
		return time.Time{}
	}
	return time.Unix(s, 0)
}
