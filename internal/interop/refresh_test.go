//go:build interop && linux

package interop

import (
	"sync"
	"testing"
	"time"
)

// shortLife is the lifetime of a token that is to expire, in seconds.
const shortLife = 2

// waitForExpiry waits until a token that was just printed has expired.
func waitForExpiry() { time.Sleep((shortLife*1000 + 200) * time.Millisecond) }

func TestExpiredTokenIsRefreshedInSilenceByOneRequest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	k := startKeyring(t, w)
	s := startProvider(t, w, lifetimes{login: shortLife, refreshed: shortLife})
	w.configure(t, s.profile("op", "cli", offline...))
	w.sitDown(t, "browser-allow")

	token := w.oauthget(t, "token", "op").token(t)
	w.page(t).expectSuccess(t)
	kept := k.items(t)
	if kept == "" {
		t.Fatal("the keychain is empty after the login")
	}
	s.requests(t)
	// The provider revokes the family if a refresh token is used twice, so the second round proves that the first stored the new
	// one.
	for range 2 {
		waitForExpiry()
		again := w.oauthget(t, "token", "op")
		if again.token(t) == token {
			t.Error("the expired token was printed again")
		}
		token = again.token(t)
		again.expectSilence(t)
		s.expectRequests(t, "POST /token 200 refresh_token")
		if now := k.items(t); now == kept || now == "" {
			t.Error("the keychain was not written")
		} else {
			kept = now
		}
	}
	if w.opened() {
		t.Error("a browser was opened")
	}
	if got := userinfo(t, w, s.issuer+"/me", token); got["sub"] != user {
		t.Errorf("userinfo with the refreshed token: %v", got)
	}
}

func TestFiftyProcessesRefreshOnce(t *testing.T) {
	t.Parallel()
	expectOneRefresh(t, 50)
}

func TestHundredProcessesRefreshOnce(t *testing.T) {
	t.Parallel()
	expectOneRefresh(t, 100, "--no-input")
}

// expectOneRefresh has processes ask at once for a token that has expired.
func expectOneRefresh(t *testing.T, processes int, args ...string) {
	t.Helper()
	w := newWorld(t)
	startKeyring(t, w)
	s := startProvider(t, w, lifetimes{login: shortLife})
	w.configure(t, s.profile("op", "cli", offline...))
	w.sitDown(t, "browser-allow")
	expired := w.oauthget(t, "token", "op").token(t)
	w.page(t).expectSuccess(t)
	s.requests(t)
	waitForExpiry()

	outcomes := make([]outcome, processes)
	var group sync.WaitGroup
	for i := range outcomes {
		group.Go(func() { outcomes[i] = w.oauthget(t, append([]string{"token", "op"}, args...)...) })
	}
	group.Wait()
	token := outcomes[0].token(t)
	for _, o := range outcomes {
		if o.token(t) != token || token == expired {
			t.Error("not every process prints the one new token")
		}
		o.expectSilence(t)
	}
	s.expectRequests(t, "POST /token 200 refresh_token")
}

func TestLogoutEmptiesTheKeychain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	k := startKeyring(t, w)
	s := startProvider(t, w, lifetimes{})
	w.configure(t, s.profile("op", "cli", offline...))
	w.sitDown(t, "browser-allow")

	if in := w.oauthget(t, "login", "op"); in.status != 0 || in.stdout != "" {
		t.Fatalf("login: %v", in)
	}
	w.page(t).expectSuccess(t)
	if k.items(t) == "" {
		t.Fatal("the keychain is empty after the login")
	}
	if out := w.oauthget(t, "logout", "op"); out.status != 0 || out.stdout != "" || out.stderr == "" {
		t.Errorf("logout says nothing, or fails: %v", out)
	}
	if k.items(t) != "" {
		t.Error("the keychain still has an item")
	}
	w.oauthget(t, "token", "--no-input", "op").expectFailure(t, 4)
}
