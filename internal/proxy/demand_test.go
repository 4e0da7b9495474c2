package proxy

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oauthget/oauthget/internal/token"
)

var errNothing = errors.New("nothing would change it")

// demanding has the upstream demand a scope of all tokens but one.
func demanding(scope, but string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer canary-"+but {
			w.Header().Set("WWW-Authenticate", `Bearer error="insufficient_scope", scope="`+scope+`"`)
			w.WriteHeader(http.StatusForbidden)
		}
	}
}

// answering is a rig whose Answer returns what it is told, and counts.
func answering(t *testing.T, upstream string, set token.Set, err error) (r *rig, calls func() int, warned func() []string) {
	var mu sync.Mutex
	n, warnings := 0, []string(nil)
	r = start(t, upstream, func(o *Options) {
		o.ErrAccepted = errNothing
		o.Warn = func(text string) {
			mu.Lock()
			defer mu.Unlock()
			warnings = append(warnings, text)
		}
		o.Answer = func(context.Context, token.Set, int, http.Header) (token.Set, error) {
			mu.Lock()
			defer mu.Unlock()
			n++
			return set, err
		}
	})
	return r, func() int {
			mu.Lock()
			defer mu.Unlock()
			return n
		}, func() []string {
			mu.Lock()
			defer mu.Unlock()
			return slices.Clone(warnings)
		}
}

func TestDemandForMoreIsMetByOneLoginAndNoRefresh(t *testing.T) {
	up := newWitness(t, demanding("write", "more"))
	r, calls, _ := answering(t, up.URL, bearerSet("more"), nil)
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if got := r.do(t, request(t, "POST", r.base+"/", strings.NewReader("{}"))); got.status != 200 {
				t.Error(got)
			}
		})
	}
	all.Wait()
	if calls() != 1 || r.obtained() != 0 {
		t.Errorf("%d logins, %d refreshes", calls(), r.obtained())
	}
	if got := r.get(t, "/later"); got.status != 200 || calls() != 1 {
		t.Error("the new token is not kept", got)
	}
}

func TestStrongerAuthenticationIsNoMatterOfARefresh(t *testing.T) {
	up := newWitness(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer canary-more" {
			w.Header().Set("WWW-Authenticate", `Bearer error="insufficient_user_authentication", acr_values="phr"`)
			w.WriteHeader(http.StatusUnauthorized)
		}
	})
	r, calls, _ := answering(t, up.URL, bearerSet("more"), nil)
	if got := r.get(t, "/"); got.status != 200 || calls() != 1 || r.obtained() != 0 {
		t.Error(got, calls(), r.obtained())
	}
}

// Each of two paths demands a scope of its own, and goes on demanding it: there is one login for each.
func TestDemandsThatDifferAreMetOneAfterTheOther(t *testing.T) {
	up := newWitness(t, func(w http.ResponseWriter, r *http.Request) {
		demanding(strings.TrimPrefix(r.URL.Path, "/"), "none")(w, r)
	})
	r, calls, _ := answering(t, up.URL, bearerSet("more"), nil)
	for _, path := range []string{"/a", "/a", "/b", "/b", "/a"} {
		if got := r.get(t, path); got.status != 403 {
			t.Error(got)
		}
	}
	if calls() != 2 {
		t.Errorf("%d logins", calls())
	}
}

func TestFailedLoginIsSharedAndNotRepeatedByEveryRequest(t *testing.T) {
	up := newWitness(t, demanding("write", "none"))
	r, calls, warned := answering(t, up.URL, token.Set{}, errors.New("denied"))
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if got := r.get(t, "/"); got.status != 403 || !strings.Contains(got.header.Get("WWW-Authenticate"), "write") {
				t.Error(got)
			}
		})
	}
	all.Wait()
	if calls() != 1 {
		t.Errorf("%d logins", calls())
	}
	if diff := cmp.Diff([]string{"denied; run oauthget login work"}, warned()); diff != "" {
		t.Error(diff)
	}
}

func TestAnswerThatNothingWouldChangeIsPassedOnWithoutAWord(t *testing.T) {
	up := newWitness(t, only("none"))
	r, calls, warned := answering(t, up.URL, token.Set{}, errNothing)
	for range 5 {
		if got := r.get(t, "/"); got.status != 401 || got.body != "GET 0" {
			t.Error(got)
		}
	}
	if r.obtained() != 1 || calls() != 1 || len(warned()) != 0 {
		t.Errorf("%d refreshes, %d more, %q", r.obtained(), calls(), warned())
	}
}

// After a refresh that did not help, the API may trust another server.
func TestTokenOfAnotherServerComesAfterTheRefresh(t *testing.T) {
	up := newWitness(t, only("elsewhere"))
	r, _, _ := answering(t, up.URL, bearerSet("elsewhere"), nil)
	if got := r.get(t, "/"); got.status != 200 {
		t.Error(got)
	}
	if diff := cmp.Diff([]string{first, second, "Bearer canary-elsewhere"}, up.tokens()); diff != "" {
		t.Error(diff)
	}
}

func TestStreamedBodyIsSentOnceAndTheNextRequestHasMore(t *testing.T) {
	up := newWitness(t, demanding("write", "more"))
	r, calls, _ := answering(t, up.URL, bearerSet("more"), nil)
	if got := r.do(t, request(t, "POST", r.base+"/", io.MultiReader(strings.NewReader("xyz")))); got.status != 403 || len(up.requests()) != 1 {
		t.Error(got)
	}
	if got := r.get(t, "/"); got.status != 200 || calls() != 1 {
		t.Error(got, calls())
	}
}

func TestDemandIsMetAgainAfterAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		ts := newTokens(t.Context(), Options{
			Set: living("0", time.Hour), MinTTL: minTTL, Now: time.Now, Advise: error.Error,
			Answer: func(context.Context, token.Set, int, http.Header) (token.Set, error) {
				n++
				return token.Set{}, errors.New("denied")
			},
		})
		d := demand{text: "write", more: true}
		for range 5 {
			_, _ = ts.meet(t.Context(), ts.current, d, map[bool]bool{})
			time.Sleep(replaceInterval / 4)
		}
		if n != 2 {
			t.Errorf("%d logins", n)
		}
	})
}
