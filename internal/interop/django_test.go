//go:build interop && linux

package interop

import (
	"strings"
	"testing"
)

// Django OAuth Toolkit needs no offline_access for a refresh token.
var djangoScopes = `scopes = ["openid", "read"]`

func TestDjangoLoginIsReusedFromTheKeychain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	startKeyring(t, w)
	s := startDjango(t, w, lifetimes{})
	w.configure(t, s.profile("django", "cli", djangoScopes))
	w.sitDown(t, "browser-allow")

	token := w.oauthget(t, "token", "django").token(t)
	w.page(t).expectSuccess(t)
	if got := userinfo(t, w, s.issuer+"/userinfo/", token); got["sub"] == nil {
		t.Errorf("userinfo: %v", got)
	}
	s.requests(t)
	again := w.oauthget(t, "token", "django")
	if again.token(t) != token {
		t.Error("the second call prints another token")
	}
	again.expectSilence(t)
	s.expectRequests(t)
}

// "Upon successful validation of the Refresh Token, the response body is the
// Token Response of Section 3.1.3.3 except that it might not contain an
// id_token." OpenID Connect Core §12.2
func TestDjangoRefreshWithoutIDTokenKeepsTheOneOfTheLogin(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	startKeyring(t, w)
	s := startDjango(t, w, lifetimes{login: shortLife, refreshed: shortLife})
	w.configure(t, s.profile("django", "cli", djangoScopes))
	w.sitDown(t, "browser-allow")

	token := w.oauthget(t, "token", "django").token(t)
	w.page(t).expectSuccess(t)
	s.requests(t)
	idToken := ""
	for range 2 {
		waitForExpiry()
		again := w.oauthget(t, "token", "django")
		if again.token(t) == token {
			t.Error("the expired token was printed again")
		}
		token = again.token(t)
		again.expectSilence(t)
		s.expectRequests(t, "POST /o/token/ 200 refresh_token")

		id := w.oauthget(t, "token", "django", "-o", "id_token", "--min-ttl", "0s").token(t)
		if idToken != "" && id != idToken {
			t.Error("the ID Token of the login is gone")
		}
		idToken = id
		s.requests(t)
	}
	if strings.Count(idToken, ".") != 2 {
		t.Error("-o id_token prints no JWT")
	}
}

func TestDjangoDenialEndsWithFive(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	startKeyring(t, w)
	s := startDjango(t, w, lifetimes{})
	w.configure(t, s.profile("django", "cli", djangoScopes))
	w.sitDown(t, "browser-deny")
	w.oauthget(t, "token", "django").expectFailure(t, 5)
	if seen := w.page(t); strings.Contains(seen.Text, "You are signed in") {
		t.Error("the page claims success")
	}
}
