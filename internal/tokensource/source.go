// Package tokensource returns a usable token: the stored one, a refreshed one, or one from a login.
//
// It connects store and flow through func fields, in the one order that loses nothing: look, lock, look again, refresh
// or log in, save, return. It speaks no protocol and prints nothing.
package tokensource

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/store"
	"github.com/oauthget/oauthget/internal/token"
)

// ErrInteractionRequired is returned when no usable token is stored and interaction is disabled.
var ErrInteractionRequired = errors.New("a login in the browser is required")

// Source returns the tokens of one stored key.
type Source struct {
	Store store.Store
	Key   string
	// Lock waits for Key's lock, of which there is one on this machine. Its holder must look into the store again.
	Lock func(ctx context.Context) (unlock func(), err error)
	// WaitUnlocked waits until nobody holds the lock, and reports whether somebody did.
	WaitUnlocked func(ctx context.Context) (waited bool, err error)
	// Refresh redeems old's refresh token.
	Refresh func(ctx context.Context, old token.Set) (token.Set, error)
	// Login runs the profile's grant; nil if that needs a user and interaction is disabled.
	Login func(ctx context.Context) (token.Set, error)
	// NeedsNobody reports that Login needs no user. It can be rerun silently instead of a refresh.
	NeedsNobody bool
	// Failed records how a login that needs a user failed, so that LastFailure returns it in every process. A nil err
	// removes that.
	Failed func(err error)
	// LastFailure returns the error of a login that failed at or after since; nil if there is none.
	LastFailure func(since time.Time) error
	// MakeRoom fails if a new set could not be stored in place of present. release is called before it is stored.
	MakeRoom func(present token.Set) (release func(), err error)
	// Record records that Store is about to have a set under Key, so that it is found after the profile has changed.
	Record func() error
	// Refused remembers that the server has refused the refresh token of a stored set. May be nil.
	Refused func(stored token.Set)
	// Warn tells the user, in one line, what went wrong without costing the token.
	Warn func(operation string, err error)
	Now  func() time.Time
}

// DefaultMinTTL leaves time for the request that the token is for.
const DefaultMinTTL = 30 * time.Second

// Request is what the caller requires of the token.
type Request struct {
	MinTTL time.Duration // remaining lifetime
	Force  bool          // do not use a stored one
	// Refused is an access token that a resource server refused: a stored one must differ from it. No user has to log in for
	// another: who was refused is a program.
	Refused token.Secret
	// RefusedAt is when a resource server refused the token that was stored then: a stored one must have been obtained later.
	// Zero if none was refused.
	RefusedAt time.Time
	// IDToken requires an ID Token with the same remaining lifetime. A refresh may bring none; the caller must check.
	IDToken bool
	// AfterFailure is for how long no login is started after one has failed. A program may ask for a token several times in
	// one command.
	AfterFailure time.Duration

	since time.Time // when a failure counts from
}

func (r Request) satisfied(set token.Set, now time.Time) bool {
	return r.live(set, now, r.MinTTL) && !r.refused(set) && (!r.IDToken || set.IDTokenLive(now, r.MinTTL))
}

func (r Request) refused(set token.Set) bool {
	return !r.Refused.Empty() && r.Refused.Equal(set.AccessToken) || !r.RefusedAt.IsZero() && !set.Obtained.After(r.RefusedAt)
}

// live reports whether what the caller wants of set lives longer than minTTL. There are sets without an access token.
func (r Request) live(set token.Set, now time.Time, minTTL time.Duration) bool {
	if r.IDToken && set.AccessToken.Empty() {
		return set.IDTokenLive(now, minTTL)
	}
	return set.Live(now, minTTL)
}

// interaction is the error if a login is required and impossible, because stored is not usable and has no refresh token.
func (r Request) interaction(stored token.Set, now time.Time) error {
	why := "the stored token has expired, and cannot be refreshed"
	switch {
	case stored.AccessToken.Empty() && stored.IDToken.Empty():
		why = "nothing usable is stored"
	case r.refused(stored):
		why = "the stored token was refused, and cannot be refreshed"
	case r.Force && r.live(stored, now, 0):
		why = "the stored token was not to be used, and cannot be refreshed"
	case r.live(stored, now, r.MinTTL): // but not the ID Token
		why = "the stored ID Token has expired, and cannot be refreshed"
	case r.live(stored, now, 0):
		why = fmt.Sprintf("the stored token expires within %s, and cannot be refreshed", r.MinTTL)
	}
	return fmt.Errorf("%s: %w", why, ErrInteractionRequired)
}

// Token returns a usable token set: the stored one if it lives long enough, without taking the lock; else a refreshed
// one; else one from a login. fresh is true if this call obtained the set. It saves a new set before it returns. If the
// keychain is locked or missing, it warns and does not save.
func (s *Source) Token(ctx context.Context, r Request) (set token.Set, fresh bool, err error) {
	if !r.Refused.Empty() && !s.NeedsNobody {
		asksNobody := *s
		asksNobody.Login = nil
		s = &asksNobody
	}
	asked := s.Now()
	r.since = asked.Add(-r.AfterFailure)
	seen, err := s.Store.Load(ctx, s.Key)
	switch {
	case errors.Is(err, store.ErrNotFound):
	case err != nil:
		return fromServer(s.withoutStore(ctx, err, r.since))
	case !r.Force && r.satisfied(seen, s.Now()):
		return seen, false, nil
	}
	if s.Login == nil && seen.RefreshToken.Empty() {
		return token.Set{}, false, r.interaction(seen, s.Now()) // waiting for another process's login would hang a script
	}
	// Everybody who waits here for the same refresh continues at the same time, with its token.
	waited, err := s.WaitUnlocked(ctx)
	if err != nil {
		return fromServer(s.withoutStore(ctx, err, r.since))
	}
	if waited {
		if current, ok, err := s.lookAgain(ctx, seen, asked, r); ok || err != nil {
			return current, false, err
		}
	}
	unlock, err := s.Lock(ctx)
	if err != nil {
		return token.Set{}, false, err
	}
	defer unlock()
	current, ok, err := s.lookAgain(ctx, seen, asked, r)
	if ok || err != nil {
		return current, false, err
	}
	return s.renew(ctx, current, r)
}

// fromServer reports what was obtained from the server as fresh.
func fromServer(set token.Set, err error) (token.Set, bool, error) { return set, err == nil, err }

// lookAgain returns what is stored now, and whether it is usable: another process may have held the lock and refreshed,
// and its token is as new as ours would be.
func (s *Source) lookAgain(ctx context.Context, seen token.Set, asked time.Time, r Request) (current token.Set, ok bool, err error) {
	current, err = s.Store.Load(ctx, s.Key)
	if errors.Is(err, store.ErrNotFound) {
		return token.Set{}, false, nil
	}
	if err != nil {
		return token.Set{}, false, err
	}
	return current, replaced(seen, current) && s.asGoodAsNew(current, asked, r), nil
}

// replaced reports whether stored has other tokens than seen, which was stored before.
func replaced(seen, stored token.Set) bool {
	return !stored.AccessToken.Equal(seen.AccessToken) || !stored.IDToken.Equal(seen.IDToken)
}

// asGoodAsNew reports whether the set that another process stored while we waited is usable. One obtained after asked
// is as new as ours would be, even if the server's tokens never live as long as minTTL: otherwise fifty callers would
// refresh fifty times, one after the other.
func (s *Source) asGoodAsNew(current token.Set, asked time.Time, r Request) bool {
	obtainedSince := !current.Obtained.Before(asked.Truncate(time.Second)) // stored in whole seconds
	return r.live(current, s.Now(), r.MinTTL) || obtainedSince && r.live(current, s.Now(), 0)
}

// renew is called with the lock held. current may be empty.
func (s *Source) renew(ctx context.Context, current token.Set, r Request) (set token.Set, fresh bool, err error) {
	if current.RefreshToken.Empty() {
		return fromServer(s.login(ctx, r.interaction(current, s.Now()), r.since))
	}
	if set, err = s.refresh(ctx, current); !flow.RefreshTokenDead(err) {
		return fromServer(set, err)
	}
	// Another machine may have refreshed first: it can share the keychain, but not the lock.
	if stored, err := s.Store.Load(ctx, s.Key); err == nil && replaced(current, stored) && r.live(stored, s.Now(), 0) {
		return stored, false, nil
	}
	if s.Refused != nil {
		s.Refused(current)
	}
	if s.Login != nil && !s.NeedsNobody { // a script only gets the error
		s.Warn("the refresh token is no longer valid", err)
	}
	// The spent refresh token is left in the store until something replaces it: deleting it gains nothing, and could
	// delete a token that somebody else has just saved.
	return fromServer(s.login(ctx, fmt.Errorf("%w: %w", ErrInteractionRequired, err), r.since))
}

// interruptGrace is how long an interrupted refresh may continue: its answer may be on the way, with the only valid
// refresh token.
const interruptGrace = 3 * time.Second

// refresh refreshes and saves the result, even if it is interrupted or the answer fails its checks. It sends nothing if the
// result could not be kept: the server may rotate the refresh token.
func (s *Source) refresh(ctx context.Context, current token.Set) (token.Set, error) {
	outliving, end := context.WithCancelCause(context.WithoutCancel(ctx))
	defer end(nil)
	stop := context.AfterFunc(ctx, func() {
		timer := time.AfterFunc(interruptGrace, func() { end(context.Cause(ctx)) })
		context.AfterFunc(outliving, func() { timer.Stop() })
	})
	defer stop()
	fresh, err := s.withRoom(current, func() (token.Set, error) { return s.Refresh(outliving, current) })
	if rotated, ok := errors.AsType[*flow.RotatedError](err); ok {
		s.keep(s.save(ctx, rotated.Keep))
	}
	if err != nil {
		return token.Set{}, err
	}
	s.keep(s.save(ctx, fresh))
	return fresh, nil
}

// login is called with the lock held, so that two calls do not open two browser windows. It returns impossible if nobody can
// log in. If the login of another process has failed since then, the user has answered, and is not asked again.
func (s *Source) login(ctx context.Context, impossible error, since time.Time) (token.Set, error) {
	if s.Login == nil {
		return token.Set{}, impossible
	}
	obtain := s.loginWithRoom
	if s.NeedsNobody { // a token that cannot be kept is obtained again
		obtain = s.attempt
	}
	if err := s.failedSince(since); err != nil {
		return token.Set{}, err
	}
	if err := s.Store.Unlock(ctx, s.Key); err != nil && !s.absent(err) { // a missing store costs a warning
		return token.Set{}, err
	}
	set, err := obtain(ctx)
	if err != nil {
		return token.Set{}, err
	}
	s.keep(s.save(ctx, set))
	return set, nil
}

func (s *Source) loginWithRoom(ctx context.Context) (token.Set, error) {
	return s.withRoom(token.Set{}, func() (token.Set, error) { return s.attempt(ctx) })
}

// withRoom obtains a set while there is room for it.
func (s *Source) withRoom(present token.Set, obtain func() (token.Set, error)) (token.Set, error) {
	release, err := s.MakeRoom(present)
	if err != nil {
		return token.Set{}, err
	}
	defer release()
	return obtain()
}

// keep warns of a failure to save. The token is good, and its caller gets it.
func (s *Source) keep(err error) {
	switch {
	case err == nil:
	case s.NeedsNobody:
		s.Warn("the token could not be stored, so the next call obtains another", err)
	default:
		s.Warn("the token could not be stored, so the next call may need a login", err)
	}
}

// save records and saves a set, and saves it even if it cannot be recorded. It cannot be cancelled: an interrupt between the
// answer and the save would lose a rotated refresh token.
func (s *Source) save(ctx context.Context, set token.Set) error {
	return errors.Join(s.Record(), s.Store.Save(context.WithoutCancel(ctx), s.Key, set))
}

// withoutStore handles a store that cannot be read. If it is locked or missing, a user, or a grant that needs none,
// gets a token and a warning that it is not kept. A script that would need a user gets the store's error: a browser
// cannot help it. So does everybody if a token may be stored but could not be read.
func (s *Source) withoutStore(ctx context.Context, err error, since time.Time) (token.Set, error) {
	if s.Login == nil || !s.absent(err) {
		return token.Set{}, err
	}
	if err := s.failedSince(since); err != nil {
		return token.Set{}, err
	}
	s.Warn("the token will not be kept", err)
	return s.attempt(ctx)
}

// absent reports whether there is no usable store, rather than one that failed. Without a state directory nothing can be
// locked, which a grant that needs no user can do without.
func (s *Source) absent(err error) bool {
	e, ok := errors.AsType[*store.Error](err)
	if !ok {
		return false
	}
	switch e.Reason {
	case store.NoHome, store.NoBus, store.NoService, store.NoCollection, store.NoKeychain, store.Locked, store.Unsupported:
		return true
	case store.StateDirBad:
		return s.NeedsNobody
	}
	return false
}

// Fresh always logs in. It fails before the browser opens if the result could not be kept.
func (s *Source) Fresh(ctx context.Context) (token.Set, error) {
	if s.Login == nil {
		return token.Set{}, fmt.Errorf("log in: %w", ErrInteractionRequired)
	}
	if err := s.Store.Probe(ctx); err != nil {
		return token.Set{}, err
	}
	unlock, err := s.Lock(ctx)
	if err != nil {
		return token.Set{}, err
	}
	defer unlock()
	if err := s.Store.Unlock(ctx, s.Key); err != nil {
		return token.Set{}, err
	}
	set, err := s.loginWithRoom(ctx)
	if err != nil {
		return token.Set{}, err
	}
	return set, s.save(ctx, set)
}
