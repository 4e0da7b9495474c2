package session

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/oauthget/oauthget/internal/challenge"
	"github.com/oauthget/oauthget/internal/origin"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/tokensource"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// Answers obtains other tokens for one request to an API, by what the API answers: at most one refresh, one login at another
// server, and one login for more. It is made by [Session.Answers].
type Answers struct {
	s *Session

	refreshed bool // the token is new, or has been replaced
	movedOn   bool // the API has been asked again which server it trusts
	steppedUp bool // a login for more scopes or a stronger authentication has been tried
}

// DemandError reports that an API demands more than the token allows, and that a login for it failed.
type DemandError struct {
	Demand string
	Scopes []string // that the login asked for, those of the demand among them; nil if it demands none
	Err    error
}

func (e *DemandError) Error() string { return fmt.Sprintf("the API demands %s: %v", e.Demand, e.Err) }
func (e *DemandError) Unwrap() error { return e.Err }

// Answers returns what one request may obtain. fresh reports that its token was obtained for it.
func (s *Session) Answers(fresh bool) *Answers { return &Answers{s: s, refreshed: fresh} }

// ErrAccepted is returned if no other token would change the answer: it is passed on to the user.
var ErrAccepted = errors.New("another token would not change the answer")

// Replace returns a token in place of refused, which the API has answered with status and header. The error is ErrAccepted if
// there is none to be had.
func (a *Answers) Replace(ctx context.Context, refused token.Set, status int, header http.Header) (token.Set, error) {
	c := challenge.ForToken(header)
	switch reason := c.Params["error"]; {
	// "insufficient_scope: The request requires higher privileges than provided by the access token." RFC 6750 §3.1
	case status == http.StatusForbidden && reason == "insufficient_scope" && !a.steppedUp:
		a.steppedUp = true
		return a.s.stepUp(ctx, refused, c)
	// RFC 9470 §3
	case status == http.StatusUnauthorized && reason == "insufficient_user_authentication" && !a.steppedUp:
		a.steppedUp = true
		return a.s.stepUp(ctx, refused, c)
	case status != http.StatusUnauthorized || reason == "insufficient_scope" || reason == "insufficient_user_authentication":
		return token.Set{}, ErrAccepted
	case !a.refreshed:
		a.refreshed = true
		set, _, err := a.s.AccessToken(ctx, tokensource.Request{Refused: refused.AccessToken})
		if err == nil || a.s.api == nil || a.s.remote != nil {
			return set, err
		}
		fallthrough
	case a.s.api != nil && a.s.remote == nil && !a.movedOn:
		a.movedOn = true
		return a.s.moveOn(ctx)
	}
	return token.Set{}, ErrAccepted
}

// stepUp logs in for what the challenge demands beside what was granted or asked for before. A refresh cannot bring it.
func (s *Session) stepUp(ctx context.Context, refused token.Set, c challenge.Challenge) (token.Set, error) {
	var wanted []string
	more := c.Scopes()
	if err := checkLength(more); err != nil {
		return token.Set{}, s.Failed(err)
	}
	if set, ok := s.storedWith(ctx, refused, more); ok && c.Params["acr_values"] == "" && c.Params["max_age"] == "" {
		return set, nil
	}
	before, openid := s.Profile.Scopes, s.Profile.OpenID
	for _, scope := range slices.Concat(refused.Scopes, more) {
		if !slices.Contains(s.Profile.Scopes, scope) {
			s.Profile.Scopes = append(slices.Clone(s.Profile.Scopes), scope)
		}
	}
	if len(more) > 0 {
		wanted = append(wanted, "the scopes "+untrusted.Text(strings.Join(more, " ")))
	}
	if acr := c.Params["acr_values"]; acr != "" {
		s.Profile.OpenID.ACRValues = acr
		wanted = append(wanted, "the authentication level "+untrusted.Text(acr))
	}
	if age := c.Params["max_age"]; age != "" {
		s.Profile.OpenID.MaxAge = age
		wanted = append(wanted, "a login in the last "+untrusted.Text(age)+" s")
	}
	demand := cmp.Or(strings.Join(wanted, " and "), "more than the token allows")
	if s.remote != nil {
		return token.Set{}, s.Failed(remoteDemand(demand))
	}
	s.console.Step("the API demands %s; logging in for it", demand)
	set, err := s.Fresh(ctx)
	if err != nil {
		e := &DemandError{Demand: demand, Err: err}
		if len(more) > 0 {
			e.Scopes = s.Profile.Scopes
		}
		err = s.Failed(e)
		s.Profile.Scopes, s.Profile.OpenID = before, openid // what was denied is not asked for with the next demand
		return token.Set{}, err
	}
	return set, nil
}

// storedWith returns the stored set if another process has obtained it with these scopes, of which there are some.
func (s *Session) storedWith(ctx context.Context, refused token.Set, scopes []string) (token.Set, bool) {
	set, err := s.Store.Load(ctx, s.Key)
	missing := func(scope string) bool { return !slices.Contains(set.Scopes, scope) }
	return set, err == nil && len(scopes) > 0 && !slices.ContainsFunc(scopes, missing) &&
		!set.AccessToken.Equal(refused.AccessToken) && set.Live(s.options.Now(), tokensource.DefaultMinTTL)
}

// moveOn asks the API again which server it trusts, and logs in there if that has changed.
func (s *Session) moveOn(ctx context.Context) (token.Set, error) {
	before := s.Profile.Issuer
	if err := s.look(ctx); err != nil {
		return token.Set{}, s.Failed(err)
	}
	m := s.api.found.Metadata
	same := func(issuer string) bool { return sameIssuer(issuer, before) }
	if before == "" || m == nil || len(m.AuthorizationServers) == 0 && same(origin.Of(s.api.url)) || slices.ContainsFunc(m.AuthorizationServers, same) {
		return token.Set{}, ErrAccepted
	}
	s.console.Step("the API trusts another server now: %s", untrusted.Text(strings.Join(m.AuthorizationServers, ", ")))
	s.api.metadata = nil
	set, err := s.Fresh(ctx)
	return set, err
}
