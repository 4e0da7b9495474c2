package idtoken

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/oauthget/oauthget/internal/issuer"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// maxAge is the greatest age of a token by its iat. A token arrives right after it was issued, also at a refresh
// (§12.2: "its iat Claim MUST represent the time that the new ID Token is issued"). A day allows for servers that cache
// tokens.
const maxAge = 24 * time.Hour

// check reads payload and compares its claims with what is expected. Section numbers are of OpenID Connect Core.
func (v Verifier) check(payload []byte, e Expected) (claims, error) {
	c, err := readClaims(payload)
	return c, cmp.Or(err, v.checkIssuer(c), v.checkAudience(c), v.checkTimes(c), checkNonce(c, e), v.checkSubject(c, e),
		v.checkOriginal(c, e.Original), v.checkAuthentication(c, e.Authentication))
}

// IssuerError is returned if a token names another issuer.
type IssuerError struct {
	Got    string // as in the token
	reason string
}

func (e *IssuerError) Error() string { return e.reason }

// AudienceError is returned if a token was not issued to the client.
type AudienceError struct{ reason string }

func (e *AudienceError) Error() string { return e.reason }

func (v Verifier) checkIssuer(c claims) error {
	// "The Issuer Identifier for the OpenID Provider (which is typically obtained during Discovery) MUST exactly match the
	// value of the iss (issuer) Claim." §3.1.3.7 item 2
	tenant, ok := issuer.Match(v.Issuer, c.issuer)
	switch {
	case !ok:
		return &IssuerError{Got: c.issuer, reason: fmt.Sprintf("its issuer is %s, not %s", v.quote(c.issuer), untrusted.Quote(v.Issuer))}
	case tenant != "" && tenant != c.tenant:
		return errors.New("its tid is not the tenant in its issuer")
	}
	return nil
}

// checkMember checks that the client is in the audience.
func (v Verifier) checkMember(c claims) error {
	if !slices.Contains(c.audience, v.ClientID) {
		return &AudienceError{fmt.Sprintf("it is not for this client: client_id %s is not in its aud", untrusted.Quote(v.ClientID))}
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
	// additional audiences not trusted by the Client." §3.1.3.7 item 3. We know no other audience, so azp must name us:
	// "If the ID Token contains multiple audiences, the Client SHOULD verify that an azp Claim is present", as item 4
	// said before errata set 2.
	if len(c.audience) > 1 && c.authorizedParty == "" {
		return &AudienceError{"aud names several clients, and azp is missing"}
	}
	// "when an azp (authorized party) Claim is present, the Client SHOULD verify that its client_id is the Claim Value."
	// §3.1.3.7 item 5
	if c.authorizedParty != "" && c.authorizedParty != v.ClientID {
		return &AudienceError{"it was issued to another client: azp is " + v.quote(c.authorizedParty)}
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

// ErrNoNonce is returned for an ID Token without the nonce that was sent.
var ErrNoNonce = errors.New("it lacks the nonce that was sent")

func checkNonce(c claims, e Expected) error {
	// "If a nonce value was sent in the Authentication Request, a nonce Claim MUST be present and its value checked to
	// verify that it is the same value as the one that was sent in the Authentication Request." §3.1.3.7 item 11. After
	// a refresh none is expected here: the token "SHOULD NOT have a nonce Claim" (§12.2).
	switch {
	case e.Nonce.Empty():
		return nil
	case c.nonce == "":
		return ErrNoNonce
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
	// "its sub Claim Value MUST be the same as in the ID Token issued when the original authentication occurred" §12.2
	if e.Subject != "" && e.Subject != c.subject {
		return v.differentSubject(c.subject, e.Subject)
	}
	return nil
}

func (v Verifier) differentSubject(got, want string) error {
	return fmt.Errorf("it is about another user: sub is %s, not %s", v.quote(got), v.quote(want))
}

// ClockError reports a token whose times do not fit the present. Often it is this computer's clock that is wrong.
type ClockError struct {
	Claim string        // "exp", "iat", "nbf" or "auth_time"
	By    time.Duration // distance of the claim from now; negative if in the past
}

func (e *ClockError) Error() string {
	what := map[string]string{"exp": "it expired", "iat": "it was issued", "nbf": "it becomes valid", "auth_time": "the user signed in"}[e.Claim]
	by := e.By.Round(time.Second)
	if by < 0 {
		return fmt.Sprintf("%s %s ago, by this computer's clock", what, -by)
	}
	return fmt.Sprintf("%s %s in the future, by this computer's clock", what, by)
}
