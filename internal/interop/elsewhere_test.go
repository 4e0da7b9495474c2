//go:build interop && linux

package interop

import (
	"maps"
	"path/filepath"
	"strings"
	"testing"

	"github.com/oauthget/oauthget/internal/demoas/testas"
)

// elsewhere returns another machine with a copy of the keychain.
func (r *rig) elsewhere(t *testing.T) *rig {
	t.Helper()
	w := newWorld(t)
	other := &rig{world: w, bus: startTestBus(t, w), gate: r.gate}
	w.configure(t, r.profile("op"))
	for _, item := range r.bus.Items() {
		other.bus.Put(item)
	}
	return other
}

func TestRefreshThatAnotherMachineWasFirstWithIsToldAndLeavesWhatIsStored(t *testing.T) {
	t.Parallel()
	r := newRig(t, canary)
	r.elsewhere(t).ask(t).token(t)

	kept := r.bus.Items()[0]
	lost := r.ask(t)
	lost.expectFailure(t, 4)
	for _, told := range []string{"refresh token", "invalid_grant", "oauthget login op"} {
		if !strings.Contains(lost.stderr, told) {
			t.Errorf("%q is not told: %v", told, lost)
		}
	}
	if now := r.bus.Items(); len(now) != 1 || now[0].Secret != kept.Secret {
		t.Error("the keychain was changed for nothing better")
	}
	r.oauthget(t, "token", "op").token(t) // now with a person
	r.page(t)
	r.expectKept(t)
}

// Two machines, or a container and its host, may share a keychain and not the lock. The server refuses the refresh token of the
// second, when the keychain has the set of the first.
func TestLoserWithoutTheLockUsesTheWinnersToken(t *testing.T) {
	t.Parallel()
	r := newRig(t, canary)
	loser, h := r.holdWinner(t, arrived)
	elsewhere := *r.world
	elsewhere.env = maps.Clone(r.env)
	elsewhere.env["XDG_STATE_HOME"] = filepath.Join(r.home, "elsewhere")
	won := elsewhere.oauthget(t, "token", "op", "--no-input").token(t)
	// Without reuse detection, which would revoke the winner's tokens too.
	r.gate.server.SetFaults(testas.Faults{InvalidGrantOnRefresh: true})
	h.letGo()
	lost := loser.wait(t)
	if lost.token(t) != won {
		t.Error("not the token that is in the keychain")
	}
	lost.expectSilence(t)
}
