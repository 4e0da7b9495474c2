package idtoken

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	josejson "github.com/go-jose/go-jose/v4/json"
)

// claims are the claims of a token whose signature has been verified.
type claims struct {
	issuer, subject, authorizedParty, nonce, acr string
	audience                                     []string
	expiry, issuedAt                             time.Time
	notBefore, authTime                          time.Time // zero where absent
	preferredUsername, email, name               string
	tenant                                       string // tid; empty unless it is a string
}

func readClaims(payload []byte) (claims, error) {
	r, err := readObject(payload)
	if err != nil {
		return claims{}, err
	}
	c := claims{
		issuer:          r.text("iss"),
		subject:         r.text("sub"),
		authorizedParty: r.text("azp"),
		nonce:           r.text("nonce"),
		audience:        r.texts("aud"),
		expiry:          r.time("exp"),
		issuedAt:        r.time("iat"),
		notBefore:       r.time("nbf"),
		authTime:        r.time("auth_time"),
		// Servers send numbers and arrays for these. No decision depends on a name, and none on an acr that nobody asked for.
		acr:               r.optional().text("acr"),
		tenant:            r.optional().text("tid"),
		preferredUsername: r.optional().text("preferred_username"),
		email:             r.optional().text("email"),
		name:              r.optional().text("name"),
	}
	return c, r.err
}

// reader reads claims one by one and keeps the first error. A claim that is absent or null is the zero value.
type reader struct {
	members map[string]json.RawMessage
	err     error
}

// readObject decodes a JSON object whose names are unique and case-sensitive: "The Claim Names within a JWT Claims Set
// MUST be unique" (RFC 7519 §4). go-jose's decoder enforces both.
func readObject(payload []byte) (reader, error) {
	var members map[string]json.RawMessage
	if josejson.Unmarshal(payload, &members) != nil || members == nil {
		return reader{}, errors.New("the claims are not a JSON object with unique names")
	}
	return reader{members: members}, nil
}

// optional returns a reader for a claim that counts as absent if it is of the wrong type.
func (r *reader) optional() *reader { return &reader{members: r.members} }

func (r *reader) text(name string) (s string) {
	r.read(name, &s, "a string")
	return s
}

// texts reads "an array of case-sensitive strings", or "in the special case" of one "a single case-sensitive string"
// (RFC 7519 §4.1.3).
func (r *reader) texts(name string) (list []string) {
	var one string
	if raw, ok := r.members[name]; ok && json.Unmarshal(raw, &one) == nil && one != "" {
		return []string{one}
	}
	r.read(name, &list, "a string or an array of strings")
	return list
}

// time reads a NumericDate: seconds since 1970, not always whole (RFC 7519 §2).
func (r *reader) time(name string) time.Time {
	const year9999 = 253402300799
	var seconds *float64
	r.read(name, &seconds, "a number")
	if seconds == nil {
		return time.Time{}
	}
	if (*seconds < 0 || *seconds > year9999) && r.err == nil {
		r.err = fmt.Errorf("%s is not a time", name)
	}
	return time.Unix(int64(*seconds), 0)
}

func (r *reader) read(name string, into any, kind string) {
	raw, ok := r.members[name]
	if !ok || r.err != nil {
		return
	}
	if josejson.Unmarshal(raw, into) != nil {
		r.err = fmt.Errorf("%s is not %s", name, kind)
	}
}

func (c claims) public() Claims {
	return Claims{
		Subject:  c.subject,
		IssuedAt: c.issuedAt, Expiry: c.expiry, AuthTime: c.authTime,
		PreferredUsername: c.preferredUsername, Email: c.email, Name: c.name, ACR: c.acr,
	}
}
