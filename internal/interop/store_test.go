//go:build interop && linux

package interop

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// storeLimit is how long a keychain that does not answer may delay a command.
const storeLimit = 30 * time.Second

// brokenKeychains are reasons why no keychain can be used. For each the product says what to do, in limited time, and leaves no
// daemon behind.
var brokenKeychains = map[string]func(*testing.T, *world){
	"locked":              func(t *testing.T, w *world) { startKeyring(t, w).lock(t) },
	frozen:                func(t *testing.T, w *world) { startKeyring(t, w).freeze() },
	"new session":         startNewSession,
	"no service":          func(t *testing.T, w *world) { startBus(t, w) },
	"bus gone":            goneBus,
	"no bus":              func(t *testing.T, w *world) { w.env["PATH"] = w.bin },
	"no bus, dbus-launch": func(t *testing.T, w *world) { need(t, "dbus-launch") },
}

const frozen = "frozen"

// goneBus sets an address at which nobody listens.
func goneBus(_ *testing.T, w *world) {
	w.env["DBUS_SESSION_BUS_ADDRESS"] = "unix:path=" + w.path("run", "gone")
}

func TestBrokenKeychainStopsLoginBeforeTheBrowser(t *testing.T) {
	t.Parallel()
	for name, breakIt := range brokenKeychains {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			s := startProvider(t, w, lifetimes{})
			w.configure(t, s.profile("op", "cli", offline...))
			w.sitDown(t, "browser-allow")
			breakIt(t, w)

			failed := w.oauthget(t, "login", "op")
			failed.expectFailure(t, 8)
			if failed.took > storeLimit {
				t.Errorf("it took %v", failed.took)
			}
			if w.opened() || count(s.requests(t), authorized) > 0 {
				t.Error("a browser was opened")
			}
		})
	}
}

func TestBrokenKeychainDoesNotCostTheToken(t *testing.T) {
	t.Parallel()
	for name, breakIt := range brokenKeychains {
		if name == frozen {
			continue // see TestFrozenKeychainIsNoReasonForANewLogin
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			s := startProvider(t, w, lifetimes{})
			w.configure(t, s.profile("op", "cli", offline...))
			w.sitDown(t, "browser-allow")
			breakIt(t, w)

			got := w.oauthget(t, "token", "op")
			got.token(t)
			w.page(t).expectSuccess(t)
			if !strings.Contains(got.stderr, "warning") {
				t.Errorf("no warning that nothing is kept: %v", got)
			}
			if got.took > storeLimit {
				t.Errorf("it took %v", got.took)
			}
			w.expectNoSecretInHome(t)
		})
	}
}

// The daemon freezes while the person is at the consent page: the store was probed, and does not answer when the token comes.
func TestKeychainThatFreezesDuringTheLoginDoesNotCostTheToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	k := startKeyring(t, w)
	s := startProvider(t, w, lifetimes{})
	w.configure(t, s.profile("op", "cli", offline...))
	browser := w.sitDown(t, "browser-allow")
	w.env["BROWSER"] = filepath.Join(w.bin, "freezer")
	script := "#!/bin/sh\nkill -STOP " + k.pid() + "\nexec " + browser + ` "$1"` + "\n"
	if err := os.WriteFile(w.env["BROWSER"], []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}

	got := w.oauthget(t, "token", "op")
	got.token(t)
	w.page(t).expectSuccess(t)
	if !strings.Contains(got.stderr, "warning") {
		t.Errorf("no warning that nothing is kept: %v", got)
	}
	if got.took > storeLimit {
		t.Errorf("it took %v", got.took)
	}
}

// A keychain that does not answer may have a token: a script fails, and a person gets an error and no new login.
func TestFrozenKeychainIsNoReasonForANewLogin(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	k := startKeyring(t, w)
	s := startProvider(t, w, lifetimes{})
	w.configure(t, s.profile("op", "cli", offline...))
	w.sitDown(t, "browser-allow")
	token := w.oauthget(t, "token", "op").token(t)
	w.page(t).expectSuccess(t)
	s.requests(t)

	k.freeze()
	failed := w.oauthget(t, "token", "op")
	failed.expectFailure(t, 8)
	if failed.took > storeLimit {
		t.Errorf("it took %v", failed.took)
	}
	s.expectRequests(t)

	k.thaw()
	again := w.oauthget(t, "token", "op")
	if again.token(t) != token {
		t.Error("not the token that was stored")
	}
	again.expectSilence(t)
}

func TestStoreNoneKeepsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	k := startKeyring(t, w)
	s := startProvider(t, w, lifetimes{})
	w.configure(t, s.profile("op", "cli", append(offline, `store = "none"`)...))
	w.sitDown(t, "browser-allow")
	first := w.oauthget(t, "token", "op").token(t)
	w.page(t).expectSuccess(t)
	if w.oauthget(t, "token", "op").token(t) == first {
		t.Error("the second call had the first one's token")
	}
	w.page(t).expectSuccess(t)
	if k.items(t) != "" {
		t.Error("the keychain was written")
	}
	logins := func(r request) bool { return r.Method == http.MethodPost && r.GrantType == "authorization_code" }
	if n := count(s.requests(t), logins); n != 2 {
		t.Errorf("%d logins, want 2", n)
	}
	w.expectNoSecretInHome(t)
}
