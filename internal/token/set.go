// Package token holds what every other package passes on: a secret that cannot be printed, and the set of tokens that
// one successful answer of a token endpoint brought (RFC 6749 §5.1, OpenID Connect Core §3.1.3.3).
//
// It deliberately knows no protocol, no store and no clock.
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

// Set is what one token response brought, in the form it is stored and used.
type Set struct {
	AccessToken  Secret
	TokenType    string // as sent; Type gives the canonical form
	RefreshToken Secret // empty where there is none
	IDToken      Secret // validated before it got here; empty where there is none
	// Scopes is what was granted. A response without scope means "identical to the scope requested by the client"
	// (RFC 6749 §5.1), so this is then what was asked for.
	Scopes []string
	// Expiry is the zero time where the server did not say (RFC 6749 §5.1: expires_in is only RECOMMENDED).
	Expiry time.Time
	// Obtained is when the response arrived.
	Obtained time.Time
	// TokenEndpoint is the URL the tokens came from, and the only one the refresh token is for.
	TokenEndpoint string
	// IDTokenExpiry is the ID Token's own: it may end long before the access token does.
	IDTokenExpiry time.Time
	// Subject and Username tell whom the tokens are for, from the validated ID Token; empty where there was none.
	Subject, Username string
	// DPoPKey is the private JWK that the tokens are bound to (RFC 9449 §4.2); empty where they are not.
	DPoPKey Secret
	// AuthorizationDetails is what was granted (RFC 9396 §7), a JSON array; empty where the server did not say.
	AuthorizationDetails string
	// IssuedType is what an exchange brought, a URI of RFC 8693 §3; empty for what no exchange brought.
	IssuedType string
}

// clockLeeway is by how much a clock may have been set back since the token was obtained, before the token's expiry is
// not believed any more.
const clockLeeway = time.Minute

// Live reports whether the access token exists and lives longer than minTTL from now. One without an expiry is taken
// to live: only the resource server knows better. One that was obtained in the future is not: the clock was wrong then
// or is wrong now, and its expiry means nothing.
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

// User names the user whose tokens they are, as the server does; empty if it did not say.
func (s Set) User() string { return cmp.Or(s.Username, s.Subject) }

// NotApplicable is the token type of what is no access token, and so for no Authorization header (RFC 8693 §2.2.1).
const NotApplicable = "N_A"

// Type is the token type as it is written in an Authorization header. RFC 6749 §7.1 leaves the case open and servers
// send "bearer"; RFC 6750 §2.1 writes "Bearer". An absent type is taken for Bearer.
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

// stored is the form a Set is sealed and stored in. Times are Unix seconds: what is read on every call stays small.
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
}

const storedVersion = 1

// Marshal returns the stored form. It bears the secrets in clear: only a store calls it, and only to seal the result.
func (s Set) Marshal() ([]byte, error) {
	return json.Marshal(stored{
		Version:     storedVersion,
		AccessToken: s.AccessToken.Reveal(), TokenType: s.TokenType,
		RefreshToken: s.RefreshToken.Reveal(), IDToken: s.IDToken.Reveal(),
		Scopes: s.Scopes, Expiry: unix(s.Expiry), Obtained: unix(s.Obtained), IDExpiry: unix(s.IDTokenExpiry),
		Subject: s.Subject, Username: s.Username, Endpoint: s.TokenEndpoint,
		DPoPKey: s.DPoPKey.Reveal(), Details: s.AuthorizationDetails, IssuedType: s.IssuedType,
	})
}

// Unmarshal reads the stored form. Its errors never contain any of data.
func Unmarshal(data []byte) (Set, error) {
	var st stored
	if err := json.Unmarshal(data, &st); err != nil {
		return Set{}, fmt.Errorf("decode token set: not in the form oauthget writes (%d bytes)", len(data))
	}
	if st.Version != storedVersion {
		return Set{}, fmt.Errorf("decode token set: version %d is not known to this version of oauthget", st.Version)
	}
	// RFC 6749 §A.12, §A.17: access and refresh tokens are 1*VSCHAR. What a server sends is checked when it arrives; but
	// whoever can write into a store could plant a line of a header. It would be made of the token and its type.
	for _, text := range []string{st.AccessToken, st.TokenType, st.RefreshToken, st.IDToken} {
		if !isVSCHAR(text) {
			return Set{}, errors.New("decode token set: there is a character in a token that no token has")
		}
	}
	return Set{
		AccessToken: NewSecret(st.AccessToken), TokenType: st.TokenType,
		RefreshToken: NewSecret(st.RefreshToken), IDToken: NewSecret(st.IDToken),
		Scopes: st.Scopes, Expiry: fromUnix(st.Expiry), Obtained: fromUnix(st.Obtained), IDTokenExpiry: fromUnix(st.IDExpiry),
		Subject: st.Subject, Username: st.Username, TokenEndpoint: st.Endpoint,
		DPoPKey: NewSecret(st.DPoPKey), AuthorizationDetails: st.Details, IssuedType: st.IssuedType,
	}, nil
}

// isVSCHAR reports whether s consists of VSCHAR alone (RFC 6749 §A).
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
