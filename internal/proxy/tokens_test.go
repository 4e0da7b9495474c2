package proxy

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oauthget/oauthget/internal/token"
)

func living(name string, d time.Duration) token.Set {
	set := bearerSet(name)
	set.Obtained, set.Expiry = time.Now(), time.Now().Add(d)
	return set
}

const minTTL = 30 * time.Second

func newTestTokens(t *testing.T, set token.Set, obtain func(context.Context, Want) (token.Set, error)) *tokens {
	return newTokens(t.Context(), Options{Set: set, Token: obtain, MinTTL: minTTL, Now: time.Now})
}

func nameOf(c credential) string { return c.set.AccessToken.Reveal() }

func TestTokenIsReplacedBeforeItExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		ts := newTestTokens(t, living("0", time.Hour), func(context.Context, Want) (token.Set, error) {
			n++
			time.Sleep(time.Second)
			return living("1", time.Hour), nil
		})
		for _, step := range []struct {
			after time.Duration
			want  string
			took  time.Duration
		}{
			{0, "canary-0", 0},
			{time.Hour - minTTL - time.Second, "canary-0", 0},
			{2 * time.Second, "canary-0", 0}, // another is on its way
			{2 * time.Second, "canary-1", 0},
			{time.Hour - 2*time.Second, "canary-1", time.Second}, // too late to be sent: the next is waited for
		} {
			time.Sleep(step.after)
			began := time.Now()
			c, err := ts.get(t.Context())
			if err != nil || nameOf(c) != step.want || time.Since(began) != step.took {
				t.Errorf("after %s: %s, %v, in %s; want %s in %s", step.after, nameOf(c), err, time.Since(began), step.want, step.took)
			}
		}
		synctest.Wait()
		if n != 2 {
			t.Errorf("%d tokens were obtained", n)
		}
	})
}

func TestTokensThatLiveShortAreNotReplacedByEveryRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		ts := newTestTokens(t, living("0", 20*time.Second), func(context.Context, Want) (token.Set, error) {
			n++
			return living("1", 20*time.Second), nil
		})
		for range 600 {
			if _, err := ts.get(t.Context()); err != nil {
				t.Fatal(err)
			}
			time.Sleep(100 * time.Millisecond)
		}
		synctest.Wait()
		if n < 3 || n > 6 {
			t.Errorf("%d tokens in a minute", n)
		}
	})
}

func TestCallerThatLeavesTakesNobodysToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ts := newTestTokens(t, living("0", 0), func(ctx context.Context, _ Want) (token.Set, error) {
			select {
			case <-time.After(time.Second):
				return living("1", time.Hour), nil
			case <-ctx.Done():
				return token.Set{}, ctx.Err()
			}
		})
		ctx, leave := context.WithCancelCause(t.Context())
		gone := errors.New("gone")
		time.AfterFunc(time.Millisecond, func() { leave(gone) })
		if _, err := ts.get(ctx); !errors.Is(err, gone) {
			t.Error(err)
		}
		if c, err := ts.get(t.Context()); err != nil || nameOf(c) != "canary-1" {
			t.Error(nameOf(c), err)
		}
	})
}

func TestFailureIsNotRepeatedByEveryRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		broken := errors.New("broken")
		ts := newTestTokens(t, living("0", time.Minute), func(context.Context, Want) (token.Set, error) {
			if n++; n > 12 {
				return living("1", time.Hour), nil
			}
			return token.Set{}, broken
		})
		time.Sleep(55 * time.Second)
		for range 60 { // 5 s in which the old token will do, and one in which it does not
			c, err := ts.get(t.Context())
			if err != nil || nameOf(c) != "canary-0" {
				synctest.Wait()
				if time.Now().Before(ts.current.set.Expiry) {
					t.Fatal(err)
				}
			}
			time.Sleep(100 * time.Millisecond)
		}
		if n != 3 {
			t.Errorf("%d attempts in 6 s", n)
		}
		if _, err := ts.get(t.Context()); !errors.Is(err, broken) {
			t.Error(err)
		}
		time.Sleep(time.Minute)
		for range 12 {
			_, _ = ts.get(t.Context())
			time.Sleep(pause)
		}
		if c, err := ts.get(t.Context()); err != nil || nameOf(c) != "canary-1" {
			t.Error("it never comes back to life", nameOf(c), err)
		}
	})
}

func TestManyRequestsShareOneReplacement(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		old := living("0", time.Hour)
		ts := newTestTokens(t, old, func(context.Context, Want) (token.Set, error) {
			n++
			time.Sleep(time.Second)
			return living("1", time.Hour), nil
		})
		var all sync.WaitGroup
		for i := range 100 {
			all.Go(func() {
				time.Sleep(time.Duration(i) * 20 * time.Millisecond) // some come when it is all over
				if c, ok := ts.replacementFor(t.Context(), old.AccessToken); !ok || nameOf(c) != "canary-1" {
					t.Errorf("%d: %s, %v", i, nameOf(c), ok)
				}
			})
		}
		all.Wait()
		if n != 1 {
			t.Errorf("%d tokens were obtained", n)
		}
	})
}

func TestTokenWithoutItsKeyIsNotSent(t *testing.T) {
	bound := bearerSet("0")
	bound.TokenType = "DPoP"
	ts := newTestTokens(t, bound, func(context.Context, Want) (token.Set, error) { return bound, nil })
	if c, err := ts.get(t.Context()); err == nil || nameOf(c) != "" {
		t.Error(nameOf(c), err)
	}
}

func TestEndWaitsForATokenThatIsOnItsWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		answer := make(chan struct{})
		saved := false
		ts := newTestTokens(t, token.Set{}, func(context.Context, Want) (token.Set, error) {
			<-answer
			saved = true
			return living("1", time.Second), nil
		})
		go ts.get(t.Context())
		synctest.Wait()
		ended := make(chan struct{})
		go func() {
			ts.end()
			close(ended)
		}()
		synctest.Wait()
		select {
		case <-ended:
			t.Error("it ended before the answer was there")
		default:
		}
		close(answer)
		<-ended
		if !saved {
			t.Error("the answer is lost")
		}
		time.Sleep(time.Second)
		if _, err := ts.get(t.Context()); !errors.Is(err, errEnded) {
			t.Errorf("something begins after the end: %v", err)
		}
	})
}
