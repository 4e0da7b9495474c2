package tokensource

import (
	"errors"
	"slices"
	"testing"

	"github.com/oauthget/oauthget/internal/token"
)

func TestExpiredOnRequestIsRefreshedByWhoeverAsksNext(t *testing.T) {
	r := newRig(ptr(live("stored")))
	if err := r.Expire(t.Context(), token.NewSecret("stored")); err != nil {
		t.Fatal(err)
	}
	r.want(t, "refreshed", "lock", "record", "save", "unlock", "lock", "room", "refresh r-stored", "freed", "record", "save", "unlock")
}

func TestExpireLeavesWhatIsNewerAlone(t *testing.T) {
	for name, stored := range map[string]*token.Set{"another": ptr(live("newer")), "nothing": nil, "expired": ptr(expired("old"))} {
		r := newRig(stored)
		if err := r.Expire(t.Context(), token.NewSecret("old")); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if slices.Contains(r.log, "save") {
			t.Errorf("%s: saved", name)
		}
	}
}

func TestNothingThatWasRefusedExpiresNothing(t *testing.T) {
	r := newRig(ptr(live("stored")))
	if err := r.Expire(t.Context(), token.Secret{}); err != nil || len(r.log) > 0 {
		t.Errorf("%v, %q", err, r.log)
	}
}

func TestRefusedTokenIsReplacedWhereItIsStillTheStoredOne(t *testing.T) {
	r := newRig(ptr(live("stored")))
	got, fresh, err := r.Token(t.Context(), Request{Refused: token.NewSecret("stored")})
	r.check(t, got, fresh, err, "refreshed", []string{"lock", "room", "refresh r-stored", "freed", "record", "save", "unlock"})

	r = newRig(ptr(live("newer")))
	got, fresh, err = r.Token(t.Context(), Request{Refused: token.NewSecret("stored")})
	r.check(t, got, fresh, err, "newer", nil)
}

func TestRefusedTokenIsNotAnsweredByALogin(t *testing.T) {
	s := live("stored")
	s.RefreshToken = token.Secret{}
	r := newRig(&s)
	if _, _, err := r.Token(t.Context(), Request{Refused: token.NewSecret("stored")}); !errors.Is(err, ErrInteractionRequired) || len(r.log) > 0 {
		t.Errorf("%v, went %q", err, r.log)
	}
	if r.Login == nil {
		t.Error("the next request cannot log in either")
	}
	r.NeedsNobody = true // the grant runs again
	got, fresh, err := r.Token(t.Context(), Request{Refused: token.NewSecret("stored")})
	r.check(t, got, fresh, err, "fresh", []string{"lock", "login", "record", "save", "unlock"})
}
