//go:build interop && linux

package interop

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/oauthget/oauthget/internal/demoas"
	"github.com/oauthget/oauthget/internal/testbus"
)

// unusable are the ways in which a stored set cannot be read.
var unusable = map[string]func(*testing.T, *rig){
	"an item of something else": func(t *testing.T, r *rig) { r.spoilItem("what is this") },
	"an empty item":             func(t *testing.T, r *rig) { r.spoilItem("") },
	"half an item":              func(t *testing.T, r *rig) { r.spoilItem(r.bus.Items()[0].Secret[:100]) },
	"no room for locks": func(t *testing.T, r *rig) {
		locks := filepath.Join(r.env["XDG_STATE_HOME"], "oauthget", "locks")
		if err := os.RemoveAll(locks); err != nil {
			t.Fatal(err)
		}
		r.write(t, locks, "")
	},
	"a silent service": func(_ *testing.T, r *rig) { r.bus.Freeze() },
	"a silent bus":     func(_ *testing.T, r *rig) { r.bus.FreezeBus() },
}

// unusableSealed are those of a sealed file.
var unusableSealed = map[string]func(*testing.T, *rig){
	"no sealed file": func(t *testing.T, r *rig) {
		if err := os.Remove(r.sealed(t)[0]); err != nil {
			t.Fatal(err)
		}
	},
	"a damaged sealed file": func(t *testing.T, r *rig) {
		data, err := os.ReadFile(r.sealed(t)[0])
		if err != nil {
			t.Fatal(err)
		}
		data[len(data)-1] ^= 1
		r.write(t, r.sealed(t)[0], string(data))
	},
}

func (r *rig) spoilItem(secret string) {
	r.bus.Put(testbus.Item{Attributes: r.bus.Items()[0].Attributes, Secret: secret})
}

// "Not found" is a reason to log in. A set that cannot be read is none, even if a person is there.
func TestStoreThatCannotBeReadOpensNoBrowser(t *testing.T) {
	t.Parallel()
	check := func(prefix string, ways map[string]func(*testing.T, *rig)) {
		for name, spoil := range ways {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				r := newRig(t, prefix)
				logins := r.gate.server.Requests(demoas.EndpointAuthorize)
				spoil(t, r)
				failed := r.oauthget(t, "token", "op")
				failed.expectFailure(t, 8)
				if failed.took > storeLimit {
					t.Errorf("it took %v", failed.took)
				}
				if r.gate.server.Requests(demoas.EndpointAuthorize) != logins || r.gate.count() != 0 {
					t.Error("the server was asked for a token")
				}
			})
		}
	}
	check(canary, unusable)
	check(canary+incompressible(4000), unusableSealed)
}

// The service dies at each of its answers, while a script asks. No browser is opened, and if the call fails before the refresh,
// nothing is lost.
func TestServiceThatDiesOpensNoBrowser(t *testing.T) {
	t.Parallel()
	r := newRig(t, canary)
	logins := r.gate.server.Requests(demoas.EndpointAuthorize)
	for answers := range 30 {
		r.bus.DieAfter(answers)
		before := r.gate.count()
		got := r.ask(t)
		refreshed := r.gate.count() > before
		switch {
		case refreshed:
			got.token(t) // "never lose a token just obtained"
		default:
			got.expectFailure(t, 8)
		}
		r.bus.DieAfter(-1)
		r.bus.StartService()
		if n := r.gate.server.Requests(demoas.EndpointAuthorize); n != logins {
			t.Errorf("a browser was opened when the service died after %d answers", answers)
		}
		if !refreshed {
			r.expectKept(t)
			continue
		}
		if r.ask(t).status != 0 { // the new refresh token could not be stored
			r.login(t, "op")
			logins = r.gate.server.Requests(demoas.EndpointAuthorize)
		}
	}
}
