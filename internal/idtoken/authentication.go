package idtoken

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/oauthget/oauthget/internal/token"
)

// Authentication is what a request required of how, and how recently, the user signed in. The zero value requires
// nothing.
type Authentication struct {
	MaxAge   *time.Duration // max_age; nil if it was not sent
	AuthTime bool           // auth_time was requested as an Essential Claim
	ACR      bool           // acr was requested as an Essential Claim
	ACRs     []string       // the requested values of acr; Verify checks them only if ACR is set
}

// Demanding reports whether a requires any claim.
func (a Authentication) Demanding() bool { return a.MaxAge != nil || a.AuthTime || a.ACR }

// StaleError reports that the user signed in longer ago than max_age allows.
type StaleError struct{ Age, MaxAge time.Duration }

func (e *StaleError) Error() string {
	return fmt.Sprintf("the user signed in %s ago, and max_age allows %s", e.Age.Round(time.Second), e.MaxAge)
}

// LacksError is returned if a claim about the sign-in is missing.
type LacksError struct {
	Claim string // "auth_time" or "acr"
	How   string // it was requested
}

func (e *LacksError) Error() string { return "it lacks " + e.Claim + ", which was " + e.How }

func (v Verifier) checkAuthentication(c claims, a Authentication) error {
	// "When a max_age request is made or when auth_time is requested as an Essential Claim, then this Claim is REQUIRED"
	// OpenID Connect Core §2
	if c.authTime.IsZero() && (a.MaxAge != nil || a.AuthTime) {
		return &LacksError{Claim: "auth_time", How: "requested"}
	}
	// "If the auth_time Claim was requested, either through a specific request for this Claim or by using the max_age
	// parameter, the Client SHOULD check the auth_time Claim value and request re-authentication if it determines too much
	// time has elapsed since the last End-User authentication." §3.1.3.7 item 13
	if a.MaxAge != nil {
		if age := v.now().Sub(c.authTime); age > *a.MaxAge+v.leeway() {
			return &StaleError{age, *a.MaxAge}
		}
	}
	if early := c.authTime.Sub(v.now()); early > v.leeway() {
		return &ClockError{Claim: "auth_time", By: early}
	}
	// "If this is an Essential Claim and the requirement cannot be met, then the Authorization Server MUST treat that
	// outcome as a failed authentication attempt." §5.5.1.1. "If the acr Claim was requested, the Client SHOULD check that
	// the asserted Claim Value is appropriate." §3.1.3.7 item 12
	switch {
	case !a.ACR:
		return nil
	case c.acr == "":
		return &LacksError{Claim: "acr", How: "requested as essential"}
	case len(a.ACRs) > 0 && !slices.Contains(a.ACRs, c.acr):
		return fmt.Errorf("the user signed in with acr %s, which is not one of those requested as essential", v.quote(c.acr))
	}
	return nil
}

// checkOriginal compares the ID Token of a refresh with that of the login. Quotations are from OpenID Connect Core
// §12.2.
func (v Verifier) checkOriginal(c claims, original token.Secret) error {
	if original.Empty() {
		return nil
	}
	_, payload, err := decode(original)
	if err != nil {
		return nil // what is stored was written by another version; iss and aud are compared with the configuration anyway
	}
	first, err := readClaims(payload)
	if err != nil {
		return nil // as above
	}
	switch {
	// "its iss Claim Value MUST be the same as in the ID Token issued when the original authentication occurred"
	case c.issuer != first.issuer:
		return fmt.Errorf("its issuer is %s, and was %s at the login", v.quote(c.issuer), v.quote(first.issuer))
	// "its sub Claim Value MUST be the same as in the ID Token issued when the original authentication occurred"
	case c.subject != first.subject:
		return v.differentSubject(c.subject, first.subject)
	// "if the ID Token contains an auth_time Claim, its value MUST represent the time of the original authentication -
	// not the time that the new ID token is issued". An original without one has nothing to compare with. A later time
	// is accepted: servers send it after the same user has signed in again, and refusing it would cost a good refresh
	// token.
	case !c.authTime.IsZero() && c.authTime.Before(first.authTime):
		return errors.New("auth_time is earlier than at the login")
	// "it SHOULD NOT have a nonce Claim, even when the ID Token issued at the time of the original authentication contained
	// nonce; however, if it is present, its value MUST be the same as in the ID Token issued at the time of the original
	// authentication"
	case c.nonce != "" && !token.NewSecret(c.nonce).Equal(token.NewSecret(first.nonce)):
		return errors.New("nonce differs from that of the login")
	// "its aud Claim Value MUST be the same as in the ID Token issued when the original authentication occurred". It is a
	// set: RFC 7519 §4.1.3 gives its order no meaning.
	case !slices.Equal(asSet(c.audience), asSet(first.audience)):
		return errors.New("aud differs from that of the login")
	}
	return nil
}

// asSet returns list sorted and without duplicates.
func asSet(list []string) []string { return slices.Compact(slices.Sorted(slices.Values(list))) }
