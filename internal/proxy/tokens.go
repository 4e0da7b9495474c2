package proxy

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/oauthget/oauthget/internal/dpop"
	"github.com/oauthget/oauthget/internal/signing"
	"github.com/oauthget/oauthget/internal/token"
)

const (
	// pause is how long nothing is tried again that failed: many requests must not become as many token requests.
	pause = 2 * time.Second
	// doubt is how long a token that took the place of a refused one is not itself replaced for being refused. An
	// upstream that refuses every token would have each request refresh.
	doubt = time.Minute
)

// credential is a token, and the key that it is bound to; nil for a bearer token.
type credential struct {
	set token.Set
	key *signing.Key
}

func newCredential(set token.Set) (credential, error) {
	if !dpop.Bound(set) {
		return credential{set: set}, nil
	}
	key, err := dpop.KeyOf(set)
	return credential{set, key}, err
}

// soon is how long before the expiry it is time for another: ahead, unless the token lives shorter than twice that.
func (c credential) soon(ahead time.Duration) time.Duration {
	if c.set.Expiry.IsZero() || c.set.Obtained.IsZero() {
		return ahead
	}
	return max(min(ahead, c.set.Expiry.Sub(c.set.Obtained)/2), 0)
}

// tokens has the token of the moment for all requests. However many need another, one obtains it and all wait for that.
type tokens struct {
	// lifetime is the proxy's own: whoever asked first may be gone before the answer is there, for which others wait.
	lifetime context.Context
	obtain   func(context.Context, Want) (token.Set, error)
	now      func() time.Time
	ahead    time.Duration
	advise   func(error) string
	warn     func(text string)
	running  sync.WaitGroup

	mu       sync.Mutex
	ended    bool // nothing begins any more
	current  credential
	flight   *flight // nil while nothing is under way
	failure  error   // of the last flight; nil where it succeeded
	failedAt time.Time
	warned   string // what was told of it last; empty where the last flight succeeded
	// replacement is the token that took the place of a refused one, at replacedAt.
	replacement token.Secret
	replacedAt  time.Time
}

// flight is one token on its way.
type flight struct {
	done chan struct{} // closed when the rest is there
	got  credential
	err  error
}

func newTokens(ctx context.Context, o Options) *tokens {
	t := &tokens{lifetime: ctx, obtain: o.Token, now: o.Now, ahead: o.MinTTL, advise: o.Advise, warn: o.Warn}
	if c, err := newCredential(o.Set); err == nil { // a key that is lost is told to the first request
		t.current = c
	}
	return t
}

// get returns a token for a request. One that is about to expire is used while another is obtained; the last moments of
// its life are waited for, since it would expire on the way.
func (t *tokens) get(ctx context.Context) (credential, error) {
	t.mu.Lock()
	now, current := t.now(), t.current
	soon := current.soon(t.ahead)
	if current.set.Live(now, soon) {
		t.mu.Unlock()
		return current, nil
	}
	f, err := t.begin(Want{MinTTL: soon})
	t.mu.Unlock()
	if current.set.Live(now, soon/4) {
		return current, nil
	}
	if err == nil {
		var next credential
		if next, err = f.wait(ctx); err == nil {
			return next, nil
		}
	}
	if ctx.Err() == nil && current.set.Live(t.now(), 0) {
		return current, nil // better than none, and it may arrive in time
	}
	return credential{}, err
}

// another returns a token in the place of one that the upstream refused; false where there is none.
func (t *tokens) another(ctx context.Context, refused token.Secret) (credential, bool) {
	f, current := t.replace(refused)
	if f == nil {
		return current, !current.set.AccessToken.Empty()
	}
	next, err := f.wait(ctx)
	return next, err == nil && !next.set.AccessToken.Equal(refused)
}

// replace has a refused token replaced. It returns the flight that does it, or the token that has taken its place
// already, or neither.
func (t *tokens) replace(refused token.Secret) (*flight, credential) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.current.set.AccessToken.Equal(refused) && t.current.set.Live(t.now(), 0) {
		return nil, t.current
	}
	if t.replacement.Equal(refused) && t.now().Sub(t.replacedAt) < doubt {
		return nil, credential{}
	}
	f, err := t.begin(Want{MinTTL: t.current.soon(t.ahead), Refused: refused})
	if err != nil {
		return nil, credential{}
	}
	return f, credential{}
}

// begin returns the flight under way, or a new one. It is called with the lock held.
func (t *tokens) begin(want Want) (*flight, error) {
	if t.flight != nil {
		return t.flight, nil
	}
	if t.ended {
		return nil, errEnded
	}
	if t.failure != nil && t.now().Sub(t.failedAt) < pause {
		return nil, t.failure
	}
	f := &flight{done: make(chan struct{})}
	t.flight = f
	t.running.Go(func() { t.fly(f, want) })
	return f, nil
}

func (t *tokens) fly(f *flight, want Want) {
	set, err := t.obtain(t.lifetime, want)
	if err == nil {
		f.got, err = newCredential(set)
	}
	if err != nil {
		f.err = &TokenError{err}
	}
	t.tell(err)
	t.mu.Lock()
	t.flight, t.failure, t.failedAt = nil, f.err, t.now()
	if f.err == nil {
		t.current = f.got
		if !want.Refused.Empty() {
			t.replacement, t.replacedAt = f.got.set.AccessToken, t.now()
		}
	}
	t.mu.Unlock()
	close(f.done)
}

// tell warns of an error, unless it is that of the flight before. Only the flight under way calls it.
func (t *tokens) tell(err error) {
	if err == nil {
		t.warned = ""
		return
	}
	if t.warn == nil || t.lifetime.Err() != nil {
		return
	}
	if text := strings.ReplaceAll(t.advise(err), "\n", "; "); text != t.warned {
		t.warned = text
		t.warn(text)
	}
}

var errEnded = errors.New("the proxy has ended")

// end waits for what is under way, and lets nothing begin. A refresh has spent the refresh token: to leave before its answer
// is stored would lose what comes in its place.
func (t *tokens) end() {
	t.mu.Lock()
	t.ended = true
	t.mu.Unlock()
	t.running.Wait()
}

func (f *flight) wait(ctx context.Context) (credential, error) {
	select {
	case <-f.done:
		return f.got, f.err
	case <-ctx.Done():
		return credential{}, context.Cause(ctx)
	}
}

// TokenError says that there is no token for a request.
type TokenError struct{ Err error }

func (e *TokenError) Error() string { return "obtain token: " + e.Err.Error() }

func (e *TokenError) Unwrap() error { return e.Err }
