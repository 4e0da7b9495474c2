// Package tokensource answers one question: what is a token that can be used now?
//
// It is where the store and the flow meet, through func fields, and holds the one order of events that loses nothing:
// look, lock, look again, refresh or log in, save, return. It deliberately speaks no protocol and prints nothing.
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

// ErrInteractionRequired says that nothing usable is stored and that nobody may be asked.
var ErrInteractionRequired = errors.New("a login in the browser is required")

// Source yields the tokens of one stored key.
type Source struct {
	Store store.Store
	Key   string
	// Lock waits for the one lock of Key on this machine. Whoever holds it looks into the store again.
	Lock func(ctx context.Context) (unlock func(), err error)
	// Settled waits until nobody holds the lock, and reports whether somebody did.
	Settled func(ctx context.Context) (waited bool, err error)
	// Refresh redeems old's refresh token.
	Refresh func(ctx context.Context, old token.Set) (token.Set, error)
	// Login runs the profile's grant; nil where that takes a person and nobody may be asked.
	Login func(ctx context.Context) (token.Set, error)
	// Unattended says that Login takes no person: to run it again is as good as a refresh, and nothing to tell anybody of.
	Unattended bool
	// Record notes what is about to be stored under Key, so that it is found again when the profile has changed.
	Record func() error
	// Warn tells the person, in one line, what went wrong without costing them the token.
	Warn func(operation string, err error)
	Now  func() time.Time
}

// Request is what the caller wants of the token.
type Request struct {
	MinTTL time.Duration // how much longer it must live
	Force  bool          // a stored one will not do
	// Refused is an access token that a resource server took for invalid: a stored one will do if it is another.
	Refused token.Secret
	// IDToken has the ID Token live as long, too. That the server may send none on a refresh is for the caller to see.
	IDToken bool
}

func (r Request) satisfied(set token.Set, now time.Time) bool {
	return set.Live(now, r.MinTTL) && (r.Refused.Empty() || !r.Refused.Equal(set.AccessToken)) && (!r.IDToken || set.IDTokenLive(now, r.MinTTL))
}

// Token returns a usable token set: the stored one where it lives long enough, without a lock; else a refreshed one;
// else one from a login. What was obtained is saved before it is returned. A keychain that is locked or missing costs a
// warning and the saving, never the token.
func (s *Source) Token(ctx context.Context, r Request) (token.Set, error) {
	asked := s.Now()
	seen, err := s.Store.Load(ctx, s.Key)
	switch {
	case errors.Is(err, store.ErrNotFound):
	case err != nil:
		return s.withoutStore(ctx, err)
	case !r.Force && r.satisfied(seen, s.Now()):
		return seen, nil
	}
	if s.Login == nil && seen.RefreshToken.Empty() {
		return s.login(ctx, nil) // which fails at once: to wait for another's login would be to hang a script
	}
	// Whoever waits here for another's refresh goes on together with all others who do, and finds its token.
	waited, err := s.Settled(ctx)
	if err != nil {
		return token.Set{}, err
	}
	if waited {
		if current, ok, err := s.lookAgain(ctx, seen, asked, r); ok || err != nil {
			return current, err
		}
	}
	unlock, err := s.Lock(ctx)
	if err != nil {
		return token.Set{}, err
	}
	defer unlock()
	current, ok, err := s.lookAgain(ctx, seen, asked, r)
	if ok || err != nil {
		return current, err
	}
	return s.renew(ctx, current)
}

// lookAgain returns what is stored now, and whether it will do: another process had the lock first and refreshed, and
// its token is as new as one we would ask for.
func (s *Source) lookAgain(ctx context.Context, seen token.Set, asked time.Time, r Request) (current token.Set, ok bool, err error) {
	current, err = s.Store.Load(ctx, s.Key)
	if errors.Is(err, store.ErrNotFound) {
		return token.Set{}, false, nil
	}
	if err != nil {
		return token.Set{}, false, err
	}
	return current, !current.AccessToken.Equal(seen.AccessToken) && s.asGoodAsNew(current, asked, r.MinTTL), nil
}

// asGoodAsNew reports whether what another process stored while we waited for the lock will do. One that was obtained
// after we were asked is as new as one we would obtain, even where the server's tokens never live as long as minTTL:
// else fifty callers would make fifty refreshes, one after the other.
func (s *Source) asGoodAsNew(current token.Set, asked time.Time, minTTL time.Duration) bool {
	obtainedSince := !current.Obtained.Before(asked.Truncate(time.Second)) // stored in whole seconds
	return current.Live(s.Now(), minTTL) || obtainedSince && current.Live(s.Now(), 0)
}

// renew is called with the lock held. current may be empty.
func (s *Source) renew(ctx context.Context, current token.Set) (token.Set, error) {
	if current.RefreshToken.Empty() {
		return s.login(ctx, nil)
	}
	fresh, err := s.refresh(ctx, current)
	switch {
	case err == nil:
		return fresh, nil
	case !flow.InvalidGrant(err):
		return token.Set{}, err
	}
	// Another machine may have been first, with which we share the keychain and not the lock.
	if now, err := s.Store.Load(ctx, s.Key); err == nil && !now.AccessToken.Equal(current.AccessToken) && now.Live(s.Now(), 0) {
		return now, nil
	}
	if s.Login != nil && !s.Unattended { // a script is told by the error alone
		s.Warn("the refresh token is good for nothing any more", err)
	}
	// The refresh token is spent. It is left where it is until something better takes its place: to delete it would
	// gain nothing, and would lose the token of whoever saved one in the meantime.
	return s.login(ctx, err)
}

// lastWords is how long a refresh may go on that was interrupted: its answer may be on the way, and bears the only
// refresh token there is.
const lastWords = 3 * time.Second

// refresh refreshes and saves what it brought, also where it was interrupted or where the answer is not to be believed.
func (s *Source) refresh(ctx context.Context, current token.Set) (token.Set, error) {
	outliving, end := context.WithCancelCause(context.WithoutCancel(ctx))
	defer end(nil)
	stop := context.AfterFunc(ctx, func() {
		timer := time.AfterFunc(lastWords, func() { end(context.Cause(ctx)) })
		context.AfterFunc(outliving, func() { timer.Stop() })
	})
	defer stop()
	fresh, err := s.Refresh(outliving, current)
	if rotated, ok := errors.AsType[*flow.RotatedError](err); ok {
		s.keep(s.save(ctx, rotated.Keep))
	}
	if err != nil {
		return token.Set{}, err
	}
	s.keep(s.save(ctx, fresh))
	return fresh, nil
}

// login is called with the lock held, so that two calls do not open two browser windows. why is what the refresh token
// was refused with, if there was one.
func (s *Source) login(ctx context.Context, why error) (token.Set, error) {
	switch {
	case s.Login == nil && why != nil:
		return token.Set{}, fmt.Errorf("%w: %w", ErrInteractionRequired, why)
	case s.Login == nil:
		return token.Set{}, fmt.Errorf("nothing usable is stored: %w", ErrInteractionRequired)
	}
	set, err := s.Login(ctx)
	if err != nil {
		return token.Set{}, err
	}
	s.keep(s.saveFirst(ctx, set))
	return set, nil
}

// keep tells of a failure to save and does not return it: the token is good, and the one who asked is to have it.
func (s *Source) keep(err error) {
	switch {
	case err == nil:
	case s.Unattended:
		s.Warn("the token could not be stored, so the next call obtains another", err)
	default:
		s.Warn("the token could not be stored, so the next call may need a login", err)
	}
}

// saveFirst saves what a login brought, under a key that may be new. A record that cannot be written is told, and keeps
// nothing from being saved.
func (s *Source) saveFirst(ctx context.Context, set token.Set) error {
	return errors.Join(s.Record(), s.save(ctx, set))
}

// save is not to be cancelled: a Ctrl-C between the answer and the save would lose a refresh token that the server has
// already rotated.
func (s *Source) save(ctx context.Context, set token.Set) error {
	return s.Store.Save(context.WithoutCancel(ctx), s.Key, set)
}

// withoutStore serves a person whose keychain is locked or missing, and whoever uses a grant that takes no person: they
// get a token, and are told that it is not kept. Any other script gets the store's error, because a browser is no answer
// to it; and so does everybody where something may well be stored but could not be read.
func (s *Source) withoutStore(ctx context.Context, err error) (token.Set, error) {
	if s.Login == nil || !absent(err) {
		return token.Set{}, err
	}
	s.Warn("the token will not be kept", err)
	return s.Login(ctx)
}

// absent reports whether err says that there is no store to be used, as against one that failed.
func absent(err error) bool {
	e, ok := errors.AsType[*store.Error](err)
	if !ok {
		return false
	}
	switch e.Reason {
	case store.NoBus, store.NoService, store.NoCollection, store.Locked, store.Unsupported:
		return true
	}
	return false
}

// Fresh always logs in, and fails before the browser opens where the result could not be kept.
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
	if err := s.Record(); err != nil {
		return token.Set{}, err
	}
	set, err := s.Login(ctx)
	if err != nil {
		return token.Set{}, err
	}
	return set, s.save(ctx, set)
}
