package idtoken

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/oauthget/oauthget/internal/token"
)

// Authentication is what a request asked of how, and how long ago, the person signed in. The zero one asked nothing.
type Authentication struct {
	MaxAge   *time.Duration // max_age; nil where it was not sent
	AuthTime bool           // auth_time was asked for as an Essential Claim
	ACR      bool           // acr was asked for as an Essential Claim
	ACRs     []string       // the values of acr that were asked for; without ACR as a wish that Verify does not look at
}

// Demanding reports whether a token must say something for it.
func (a Authentication) Demanding() bool { return a.MaxAge != nil || a.AuthTime || a.ACR }

// StaleError says that the person signed in longer ago than the request allowed.
type StaleError struct{ Age, MaxAge time.Duration }

func (e *StaleError) Error() string {
	return fmt.Sprintf("the person signed in %s ago, and max_age allows %s", e.Age.Round(time.Second), e.MaxAge)
}

func (v Verifier) checkAuthentication(c claims, a Authentication) error {
	// "When a max_age request is made or when auth_time is requested as an Essential Claim, then this Claim is REQUIRED"
	// OpenID Connect Core §2
	if c.authTime.IsZero() && (a.MaxAge != nil || a.AuthTime) {
		return errors.New("it lacks auth_time, which was asked for")
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
		return errors.New("it lacks acr, which was asked for as essential")
	case len(a.ACRs) > 0 && !slices.Contains(a.ACRs, c.acr):
		return fmt.Errorf("the person signed in by acr %s, which is none of those asked for as essential", v.quote(c.acr))
	}
	return nil
}

// checkOriginal compares the ID Token of a refresh with that of the login. References are to OpenID Connect Core §12.2.
func (v Verifier) checkOriginal(c claims, original token.Secret) error {
	if original.Empty() {
		return nil
	}
	_, payload, err := decode(original)
	if err != nil {
		return nil // what was stored is of another version: the configuration has been compared with already
	}
	first, err := readClaims(payload)
	if err != nil {
		return nil // as above
	}
	switch {
	// "its iss Claim Value MUST be the same as in the ID Token issued when the original authentication occurred"
	case c.issuer != first.issuer:
		return fmt.Errorf("its issuer is %s, at the login it was %s", v.quote(c.issuer), v.quote(first.issuer))
	// "its sub Claim Value MUST be the same as in the ID Token issued when the original authentication occurred"
	case c.subject != first.subject:
		return v.differentSubject(c.subject, first.subject)
	// "if the ID Token contains an auth_time Claim, its value MUST represent the time of the original authentication - not
	// the time that the new ID token is issued". An original without one has nothing to compare with. A later time is let
	// pass: servers tell it where the same person has signed in again since, and it would cost them a good refresh token.
	case !c.authTime.IsZero() && c.authTime.Before(first.authTime):
		return errors.New("its auth_time is before that of the login")
	// "it SHOULD NOT have a nonce Claim, even when the ID Token issued at the time of the original authentication contained
	// nonce; however, if it is present, its value MUST be the same as in the ID Token issued at the time of the original
	// authentication"
	case c.nonce != "" && !token.NewSecret(c.nonce).Equal(token.NewSecret(first.nonce)):
		return errors.New("its nonce is not that of the login")
	// "its aud Claim Value MUST be the same as in the ID Token issued when the original authentication occurred". It is a
	// set: RFC 7519 §4.1.3 gives its order no meaning.
	case !slices.Equal(asSet(c.audience), asSet(first.audience)):
		return errors.New("its aud is not that of the login")
	}
	return nil
}

// asSet is list in one order, each element once.
func asSet(list []string) []string { return slices.Compact(slices.Sorted(slices.Values(list))) }
