package proxy

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/oauthget/oauthget/internal/dpop"
	"github.com/oauthget/oauthget/internal/token"
)

const (
	// pause is how long no token is requested after a failure, so that many requests do not lead to as many token requests.
	pause = 2 * time.Second
	// replaceInterval is how long a token that replaced a refused one is not replaced if it is refused too. If an upstream refuses
	// every token, each request would lead to a refresh.
	replaceInterval = time.Minute
)

// credential is a token and what signs for the key that it is bound to, which is nil for a bearer token.
type credential struct {
	set   token.Set
	prove dpop.Prover
}

func (t *tokens) newCredential(set token.Set) (credential, error) {
	if !dpop.Bound(set) {
		return credential{set: set}, nil
	}
	prove, err := t.provers.Of(set)
	return credential{set, prove}, err
}

// soon returns how long before its expiry the token is replaced: ahead, or half of its lifetime if that is shorter.
func (c credential) soon(ahead time.Duration) time.Duration {
	if c.set.Expiry.IsZero() || c.set.Obtained.IsZero() {
		return ahead
	}
	return max(min(ahead, c.set.Expiry.Sub(c.set.Obtained)/2), 0)
}

// tokens has the current token of all requests. If several need another one, it is obtained once, and they wait for it.
type tokens struct {
	// lifetime is the context of the proxy and not of a request, which may end while others wait for the token.
	lifetime context.Context
	obtain   func(context.Context, Want) (token.Set, error)
	// answer is Options.Answer; accepted and nobody are its errors.
	answer           func(ctx context.Context, refused token.Set, status int, header http.Header) (token.Set, error)
	accepted, nobody error
	provers          dpop.Provers
	now              func() time.Time
	ahead            time.Duration
	advise           func(error) string
	warn             func(text string)
	running          sync.WaitGroup

	mu       sync.Mutex
	ended    bool // no flight may begin
	current  credential
	flight   *flight // nil if no token is being obtained
	failure  error   // of the last flight; nil if it succeeded
	failedAt time.Time
	warned   string // last text for Warn; empty if the last flight succeeded
	// replacement is the token that replaced a refused one at replacedAt.
	replacement token.Secret
	replacedAt  time.Time
	// demands are those of the last while, by what they ask for.
	demands map[string]met
}

// flight is a token that is being obtained.
type flight struct {
	done chan struct{} // closed when got and err are set
	got  credential
	err  error
}

func newTokens(ctx context.Context, o Options) *tokens {
	t := &tokens{
		lifetime: ctx, obtain: o.Token, answer: o.Answer, accepted: o.ErrAccepted, nobody: o.ErrNobody, provers: o.Provers, now: o.Now, ahead: o.MinTTL,
		advise: o.Advise, warn: o.Warn, demands: map[string]met{},
	}
	if c, err := t.newCredential(o.Set); err == nil { // the first request reports a missing key
		t.current = c
	}
	return t
}

// get returns a token for a request. A token that is about to expire is used while another is obtained. Just before its expiry
// the request waits for the other, since the token would expire on the way.
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
		return current, nil // it may still arrive in time
	}
	return credential{}, err
}

// replacementFor returns a token in place of one that the upstream has refused, and whether there is one.
func (t *tokens) replacementFor(ctx context.Context, refused token.Secret) (credential, bool) {
	f, current := t.replace(refused)
	if f == nil {
		return current, !current.set.AccessToken.Empty()
	}
	next, err := f.wait(ctx)
	return next, err == nil && !next.set.AccessToken.Equal(refused)
}

// replace begins to replace a refused token. It returns the flight that does, or the token that has replaced it before, or
// neither.
func (t *tokens) replace(refused token.Secret) (*flight, credential) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.current.set.AccessToken.Equal(refused) && t.current.set.Live(t.now(), 0) {
		return nil, t.current
	}
	if t.replacement.Equal(refused) && t.now().Sub(t.replacedAt) < replaceInterval {
		return nil, credential{}
	}
	f, err := t.begin(Want{MinTTL: t.current.soon(t.ahead), Refused: refused})
	if err != nil {
		return nil, credential{}
	}
	return f, credential{}
}

// begin returns the flight under way, or a new one. t.mu is held.
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
	obtain := func(ctx context.Context) (token.Set, error) { return t.obtain(ctx, want) }
	return t.depart(obtain, func(f *flight) {
		t.failure, t.failedAt = f.err, t.now()
		if f.err == nil && !want.Refused.Empty() {
			t.replacement, t.replacedAt = f.got.set.AccessToken, t.now()
		}
	}), nil
}

// depart returns a new flight. landed is called at its end, with t.mu held, as depart is.
func (t *tokens) depart(obtain func(context.Context) (token.Set, error), landed func(*flight)) *flight {
	f := &flight{done: make(chan struct{})}
	t.flight = f
	t.running.Go(func() {
		set, err := obtain(t.lifetime)
		if err == nil {
			f.got, err = t.newCredential(set)
		}
		if err != nil {
			f.err = &TokenError{err}
		}
		t.report(err)
		t.mu.Lock()
		defer t.mu.Unlock()
		if t.flight = nil; f.err == nil {
			t.current = f.got
		}
		landed(f)
		close(f.done)
	})
	return f
}

// report warns of an error, unless the last flight had the same. Only the flight under way calls it.
func (t *tokens) report(err error) {
	if err == nil {
		t.warned = ""
		return
	}
	if t.warn == nil || t.lifetime.Err() != nil || errors.Is(err, t.accepted) {
		return
	}
	if text := strings.ReplaceAll(t.advise(err), "\n", "; "); text != t.warned {
		t.warned = text
		t.warn(text)
	}
}

var errEnded = errors.New("the proxy has ended")

// end waits for the flight under way, and lets no other begin. A refresh spends the refresh token, so its answer must be stored
// before the program ends.
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

// TokenError is the error of a request for which no token could be obtained.
type TokenError struct{ Err error }

func (e *TokenError) Error() string { return "obtain token: " + e.Err.Error() }

func (e *TokenError) Unwrap() error { return e.Err }
