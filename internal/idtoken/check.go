package idtoken

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// maxAge is how long ago a token may have been issued. Here it comes straight from the token endpoint, made a moment
// before, after a refresh too (§12.2: "its iat Claim MUST represent the time that the new ID Token is issued"); a day
// allows for what servers cache, and for no more.
const maxAge = 24 * time.Hour

// check reads payload and compares its claims with what was asked. References are to OpenID Connect Core.
func (v Verifier) check(payload []byte, e Expected) (claims, error) {
	c, err := readClaims(payload)
	return c, cmp.Or(err, v.checkIssuer(c), v.checkAudience(c), v.checkTimes(c), checkNonce(c, e), v.checkSubject(c, e),
		v.checkOriginal(c, e.Original), v.checkAuthentication(c, e.Authentication))
}

func (v Verifier) checkIssuer(c claims) error {
	// "The Issuer Identifier for the OpenID Provider (which is typically obtained during Discovery) MUST exactly match the
	// value of the iss (issuer) Claim." §3.1.3.7 item 2
	if c.issuer != v.Issuer {
		return fmt.Errorf("its issuer is %s, not %s", v.quote(c.issuer), untrusted.Quote(v.Issuer))
	}
	return nil
}

// checkMember reports whether the client is among those the token is for.
func (v Verifier) checkMember(c claims) error {
	if !slices.Contains(c.audience, v.ClientID) {
		return fmt.Errorf("it is not for this client: client_id %s is not in its aud", untrusted.Quote(v.ClientID))
	}
	return nil
}

func (v Verifier) checkAudience(c claims) error {
	// "The Client MUST validate that the aud (audience) Claim contains its client_id value registered at the Issuer
	// identified by the iss (issuer) Claim as an audience." §3.1.3.7 item 3
	if err := v.checkMember(c); err != nil {
		return err
	}
	// "The ID Token MUST be rejected if the ID Token does not list the Client as a valid audience, or if it contains
	// additional audiences not trusted by the Client." §3.1.3.7 item 3. We know none of them, and trust the token only where
	// it says that it was made for us: "If the ID Token contains multiple audiences, the Client SHOULD verify that an azp
	// Claim is present", as item 4 had it before errata set 2.
	if len(c.audience) > 1 && c.authorizedParty == "" {
		return errors.New("it is for several clients and does not say by azp which of them it was issued to")
	}
	// "when an azp (authorized party) Claim is present, the Client SHOULD verify that its client_id is the Claim Value."
	// §3.1.3.7 item 5
	if c.authorizedParty != "" && c.authorizedParty != v.ClientID {
		return fmt.Errorf("it was issued to another client: azp is %s", v.quote(c.authorizedParty))
	}
	return nil
}

func (v Verifier) checkTimes(c claims) error {
	// exp and iat are REQUIRED. §2
	if c.expiry.IsZero() || c.issuedAt.IsZero() {
		return errors.New("it lacks exp or iat")
	}
	if err := v.checkExpiry(c); err != nil {
		return err
	}
	// "The iat Claim can be used to reject tokens that were issued too far away from the current time" §3.1.3.7 item 10
	if age := v.now().Sub(c.issuedAt); age > maxAge || age < -v.leeway() {
		return &ClockError{Claim: "iat", By: -age}
	}
	return v.checkBeginning(c)
}

func (v Verifier) checkExpiry(c claims) error {
	// "The current time MUST be before the time represented by the exp Claim." §3.1.3.7 item 9
	if late := v.now().Sub(c.expiry); !c.expiry.IsZero() && late >= v.leeway() {
		return &ClockError{Claim: "exp", By: -late}
	}
	return nil
}

func (v Verifier) checkBeginning(c claims) error {
	// "The "nbf" (not before) claim identifies the time before which the JWT MUST NOT be accepted for processing."
	// RFC 7519 §4.1.5
	if early := c.notBefore.Sub(v.now()); early > v.leeway() {
		return &ClockError{Claim: "nbf", By: early}
	}
	return nil
}

func checkNonce(c claims, e Expected) error {
	// "If a nonce value was sent in the Authentication Request, a nonce Claim MUST be present and its value checked to
	// verify that it is the same value as the one that was sent in the Authentication Request." §3.1.3.7 item 11. A
	// refreshed token "SHOULD NOT have a nonce Claim" (§12.2), and the one it might repeat is not kept.
	switch {
	case e.Nonce.Empty():
		return nil
	case c.nonce == "":
		return errors.New("it lacks the nonce that was sent")
	case !e.Nonce.Equal(token.NewSecret(c.nonce)):
		return errors.New("nonce differs from the one sent")
	}
	return nil
}

func (v Verifier) checkSubject(c claims, e Expected) error {
	// sub is REQUIRED. §2
	if c.subject == "" {
		return errors.New("it lacks sub")
	}
	// "its sub Claim Value MUST be the same as in the ID Token issued when the original authentication occurred" §12.2; so
	// must iss and aud be, which are compared with the same configuration both times.
	if e.Subject != "" && e.Subject != c.subject {
		return v.differentSubject(c.subject, e.Subject)
	}
	return nil
}

func (v Verifier) differentSubject(got, want string) error {
	return fmt.Errorf("it is about another user: sub is %s, and %s was expected", v.quote(got), v.quote(want))
}

// ClockError says that a token is not of the present. As often as the token is wrong, this computer's clock is.
type ClockError struct {
	Claim string        // "exp", "iat", "nbf" or "auth_time"
	By    time.Duration // how far the claim is from now; negative where it is in the past
}

func (e *ClockError) Error() string {
	what := map[string]string{"exp": "it expired", "iat": "it was issued", "nbf": "it becomes valid", "auth_time": "the person signed in"}[e.Claim]
	by := e.By.Round(time.Second)
	if by < 0 {
		return fmt.Sprintf("%s %s ago, by this computer's clock", what, -by)
	}
	return fmt.Sprintf("%s %s in the future, by this computer's clock", what, by)
}
