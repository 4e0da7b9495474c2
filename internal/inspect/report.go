package inspect

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// reportVersion is raised when a member of `inspect --json` changes its meaning or goes; new members may come.
const reportVersion = 1

// The forms of a token.
const (
	formatJWT       = "jwt"
	formatEncrypted = "encrypted_jwt" // RFC 7516: only the header can be read
	formatOpaque    = "opaque"
)

// Report is the form of `inspect --json`. Times are RFC 3339, UTC; what the server says stands in the members below
// as the server sent it.
type Report struct {
	Version int    `json:"version"`
	Profile string `json:"profile,omitempty"`
	Token   string `json:"token,omitempty"` // access_token, id_token; empty if not known
	Format  string `json:"format"`
	// Scopes and ExpiresAt are what the token response said, for a profile's token; where the token or the server says
	// when it ends, that counts.
	Scopes    []string             `json:"scopes,omitempty"`
	ExpiresAt time.Time            `json:"expires_at,omitzero"`
	Expired   bool                 `json:"expired"`
	Header    members              `json:"header,omitempty"`
	Claims    members              `json:"claims,omitempty"`
	Times     map[string]time.Time `json:"times,omitempty"` // those among the claims, or in the introspection
	// Verified says that the signature is by the issuer's keys. It says nothing of the time.
	Verified        bool       `json:"verified"`
	Signature       *Signature `json:"signature,omitempty"`
	NotVerified     string     `json:"not_verified,omitempty"`
	Introspection   members    `json:"introspection,omitempty"`
	NotIntrospected string     `json:"not_introspected,omitempty"`
	Userinfo        members    `json:"userinfo,omitempty"`
	NoUserinfo      string     `json:"no_userinfo,omitempty"`
}

// Signature is what a signature was verified with.
type Signature struct {
	Algorithm string `json:"algorithm"`
	KeyID     string `json:"key_id,omitempty"`
	Issuer    string `json:"issuer,omitempty"`
	JWKSURI   string `json:"jwks_uri"`
}

// members are those of a JSON object from elsewhere. A person sees its texts only through untrusted.Text.
type members map[string]json.RawMessage

// describe is what is known of the token before it is decoded.
func (i *Inspector) describe() Report {
	r := Report{Version: reportVersion}
	switch {
	case i.given() && i.IDToken:
		r.Token = "id_token" // the caller says so
		return r
	case i.given():
		return r
	case i.IDToken:
		r.Token, r.ExpiresAt = "id_token", i.set.IDTokenExpiry
	default:
		r.Token, r.ExpiresAt, r.Scopes = "access_token", i.set.Expiry, i.set.Scopes
	}
	if !r.ExpiresAt.IsZero() {
		r.ExpiresAt = r.ExpiresAt.UTC()
	}
	r.Profile = i.Session.Profile.Name
	return r
}

// timeClaims are the claims that are times: RFC 7519 §4.1, OpenID Connect Core §2 and §5.1.
var timeClaims = []string{"exp", "iat", "nbf", "auth_time", "updated_at"}

// readTimes reads the claims that are times.
func (r *Report) readTimes(now time.Time) {
	r.Times = map[string]time.Time{}
	for _, said := range []members{r.Claims, r.Introspection} {
		for _, name := range timeClaims {
			if t, ok := numericDate(said[name]); ok {
				r.Times[name] = t
			}
		}
	}
	if exp, ok := r.Times["exp"]; ok {
		r.ExpiresAt = exp
	}
	r.Expired = !r.ExpiresAt.IsZero() && !now.Before(r.ExpiresAt)
}

// numericDate reads a claim that is a time (RFC 7519 §2).
func numericDate(raw json.RawMessage) (time.Time, bool) {
	const year9999 = 253402300799
	seconds, err := strconv.ParseFloat(string(raw), 64)
	if err != nil || seconds < 0 || seconds > year9999 {
		return time.Time{}, false
	}
	return time.Unix(int64(seconds), 0).UTC(), true
}

// members masks the token, and the session's others, in an object in which a server may have echoed them. Package flow has
// masked everything else that a request contained.
func (i *Inspector) members(object map[string]json.RawMessage) members {
	var secrets []untrusted.Masker
	for _, secret := range []token.Secret{i.raw, i.set.AccessToken, i.set.RefreshToken, i.set.IDToken} {
		if secret.Len() >= token.MinKept {
			secrets = append(secrets, secret)
		}
	}
	without := members{}
	for name, raw := range object {
		without[untrusted.Mask(name, secrets...)] = untrusted.MaskJSON(raw, secrets...)
	}
	return without
}
