package session

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/oauthget/oauthget/internal/store"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/tokensource"
)

// loads is a store that answers Load alone.
type loads struct {
	store.None
	set token.Set
	err error
}

func (l *loads) Load(context.Context, string) (token.Set, error) { return l.set, l.err }

func TestUnattendedKeepsTheTokensInOnePlace(t *testing.T) {
	now := time.Now()
	of := func(access string, at time.Time) token.Set {
		return token.Set{AccessToken: token.NewSecret(access), RefreshToken: token.NewSecret("r-" + access), Obtained: at}
	}
	for name, c := range map[string]struct {
		stored loads
		memory bool
	}{
		"stored":                      {loads{set: of("a", now)}, false},
		"another process was quicker": {loads{set: of("b", now.Add(time.Second))}, false},
		"an older one, the new one could not be saved": {loads{set: of("b", now.Add(-time.Hour))}, true},
		"nothing is stored":                            {loads{err: store.ErrNotFound}, true},
		"a locked keychain":                            {loads{err: &store.Error{Reason: store.Locked}}, true},
		"a keychain that did not answer in time":       {loads{err: &store.Error{Reason: store.TimedOut}}, false},
	} {
		s := &Session{Store: &c.stored, options: Options{NoInput: true}}
		s.ServeUnattended(t.Context(), of("a", now))
		if _, inMemory := s.Store.(*store.Memory); inMemory != c.memory {
			t.Errorf("%s: in memory: %v", name, inMemory)
		}
	}
}

// A program that serves may log somebody in for what an API demands only if they were there when it began.
func TestChallengeLeadsToALoginOnlyIfSomebodyIsThere(t *testing.T) {
	for name, c := range map[string]struct {
		asks, yes, noInput bool
		want               bool
	}{
		"nobody":                   {false, false, false, false},
		"a terminal":               {true, false, false, true},
		"--yes":                    {false, true, false, true},
		"a terminal, --no-input":   {true, false, true, false},
		"--yes and --no-input too": {false, true, true, false},
	} {
		o := optionsFor(t, &person{asks: c.asks}, nil)
		o.Yes, o.NoInput = c.yes, c.noInput
		s, err := Open(o, nil, "", map[string][]string{"issuer": {"http://127.0.0.1:1"}, "client_id": {"cli"}, "store": {"none"}})
		if err != nil {
			t.Fatal(err)
		}
		s.ServeUnattended(t.Context(), token.Set{})
		header := http.Header{"Www-Authenticate": {`Bearer error="insufficient_scope", scope="write"`}}
		_, err = s.Challenged(t.Context(), token.Set{}, http.StatusForbidden, header)
		demand, ok := errors.AsType[*DemandError](err)
		if tried := !errors.Is(err, tokensource.ErrInteractionRequired); !ok || tried != c.want || demand.Scopes[0] != "write" {
			t.Errorf("%s: a login was tried: %v (%v)", name, tried, err)
		}
		if len(s.Profile.Scopes) != 0 || !s.options.NoInput {
			t.Errorf("%s: what failed is still asked for, or somebody is", name)
		}
	}
}
