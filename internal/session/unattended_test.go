package session

import (
	"context"
	"testing"
	"time"

	"github.com/oauthget/oauthget/internal/store"
	"github.com/oauthget/oauthget/internal/token"
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
