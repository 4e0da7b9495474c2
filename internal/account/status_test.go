package account

import (
	"testing"
	"time"

	"github.com/oauthget/oauthget/internal/token"
)

func TestStateTellsWhatTheNextCallTakes(t *testing.T) {
	now := time.Now()
	set := func(left time.Duration, refreshToken string) token.Set {
		return token.Set{AccessToken: token.NewSecret("a"), RefreshToken: token.NewSecret(refreshToken), Expiry: now.Add(left)}
	}
	for _, c := range []struct {
		set         token.Set
		needsPerson bool
		want        string
	}{
		{set(time.Hour, ""), true, StateValid},
		{set(time.Hour, ""), false, StateValid},
		{set(-time.Hour, "r"), true, StateRefreshable},
		{set(-time.Hour, "r"), false, StateRefreshable},
		{set(-time.Hour, ""), true, StateExpired},
		{set(-time.Hour, ""), false, StateRenewable},
	} {
		if got := stateOf(c.set, now, !c.set.RefreshToken.Empty(), c.needsPerson); got != c.want {
			t.Errorf("%+v, needs a person: %v: %s, want %s", c.set, c.needsPerson, got, c.want)
		}
	}
}
