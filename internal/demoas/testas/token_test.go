package testas

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oauthget/oauthget/internal/demoas"
)

func TestCodeBecomesTokens(t *testing.T) {
	t.Parallel()
	onBoth(t, demoas.Config{}, func(t *testing.T, r server) {
		code := newCode(t, r)
		a := redeem(t, r, code)
		set := a.tokens(t)
		if set.Type != "Bearer" || set.Expires != 3600 || set.Refresh == "" || set.ID == "" || set.Scope != with().Get("scope") {
			t.Errorf("response %q", a.body)
		}
		for _, secret := range []string{code, set.Access, set.Refresh} {
			if !strings.HasPrefix(secret, "canary-") {
				t.Errorf("%q has no prefix", secret)
			}
		}
		if a.header.Get("Cache-Control") != "no-store" || a.header.Get("Pragma") != "no-cache" {
			t.Errorf("header %v", a.header)
		}
		withBearer(t, r.APIURL(), set.Access).wantStatus(t, http.StatusOK)
	})
}

func TestCodeIsBoundToItsRequest(t *testing.T) {
	t.Parallel()
	onBoth(t, demoas.Config{Clients: []demoas.Client{demoas.DemoClient(), {ID: "other"}}}, func(t *testing.T, r server) {
		for name, pairs := range map[string][]string{
			"wrong verifier":         {"code_verifier", strings.Repeat("x", 43)},
			"challenge for verifier": {"code_verifier", challengeOf(testVerifier)},
			"no verifier":            {"code_verifier", ""},
			"another port":           {"redirect_uri", "http://127.0.0.1:49153/callback"},
			"no redirect URI":        {"redirect_uri", ""},
			"another client":         {"client_id", "other"},
			"no code":                {"code", ""},
		} {
			t.Run(name, func(t *testing.T) {
				redeem(t, r, newCode(t, r), pairs...).wantError(t, http.StatusBadRequest, "invalid_grant")
			})
		}
	})
}

func TestOneGuessAtTheVerifierSpendsTheCode(t *testing.T) {
	t.Parallel()
	onBoth(t, demoas.Config{}, func(t *testing.T, r server) {
		code := newCode(t, r)
		redeem(t, r, code, "code_verifier", strings.Repeat("x", 43)).wantError(t, http.StatusBadRequest, "invalid_grant")
		redeem(t, r, code).wantError(t, http.StatusBadRequest, "invalid_grant")
	})
}

func TestAnotherClientDoesNotSpendTheCode(t *testing.T) {
	t.Parallel()
	onBoth(t, demoas.Config{Clients: []demoas.Client{demoas.DemoClient(), {ID: "other"}}}, func(t *testing.T, r server) {
		code := newCode(t, r)
		redeem(t, r, code, "client_id", "other").wantError(t, http.StatusBadRequest, "invalid_grant")
		redeem(t, r, code).tokens(t)
	})
}

func TestCodeExpiresAfterAMinute(t *testing.T) {
	t.Parallel()
	clock := newClock()
	r := start(t, Config{AutoApprove: true, Now: clock.Now})
	early, late := newCode(t, r), newCode(t, r)
	clock.advance(time.Minute - time.Second)
	redeem(t, r, early).tokens(t)
	clock.advance(time.Second)
	redeem(t, r, late).wantError(t, http.StatusBadRequest, "invalid_grant")
}

func TestCodeUsedTwiceRevokesItsTokens(t *testing.T) {
	t.Parallel()
	onBoth(t, demoas.Config{}, func(t *testing.T, r server) {
		code := newCode(t, r)
		set := redeem(t, r, code).tokens(t)
		redeem(t, r, code).wantError(t, http.StatusBadRequest, "invalid_grant")
		withBearer(t, r.APIURL(), set.Access).wantStatus(t, http.StatusUnauthorized)
		refresh(t, r, set.Refresh).wantError(t, http.StatusBadRequest, "invalid_grant")
	})
}

func TestVerifierWithoutChallengeIsRefused(t *testing.T) {
	t.Parallel()
	onBoth(t, demoas.Config{Clients: []demoas.Client{
		{ID: "demo", Secret: "s", RedirectURIs: []string{"http://127.0.0.1/callback"}},
	}}, func(t *testing.T, r server) {
		bare := []string{"code_challenge", "", "code_challenge_method", ""}
		redeem(t, r, newCode(t, r, bare...), "client_secret", "s").wantError(t, http.StatusBadRequest, "invalid_grant")
		redeem(t, r, newCode(t, r, bare...), "client_secret", "s", "code_verifier", "").tokens(t)
	})
}

func TestRefreshTokenNeedsOfflineAccess(t *testing.T) {
	t.Parallel()
	onBoth(t, demoas.Config{}, func(t *testing.T, r server) {
		if set := redeem(t, r, newCode(t, r, "scope", "openid")).tokens(t); set.Refresh != "" {
			t.Error("a refresh token nobody asked for")
		}
	})
}

func TestRefreshRotates(t *testing.T) {
	t.Parallel()
	onBoth(t, demoas.Config{}, func(t *testing.T, r server) {
		first := redeem(t, r, newCode(t, r)).tokens(t)
		second := refresh(t, r, first.Refresh).tokens(t)
		third := refresh(t, r, second.Refresh).tokens(t)
		if got := []string{first.Refresh, second.Refresh, third.Refresh}; len(slices.Compact(slices.Sorted(slices.Values(got)))) != 3 {
			t.Error("a refresh token came twice")
		}
		for _, set := range []tokens{first, second, third} {
			withBearer(t, r.APIURL(), set.Access).wantStatus(t, http.StatusOK)
		}
	})
}

func TestRefreshTokenUsedTwiceRevokesTheFamily(t *testing.T) {
	t.Parallel()
	onBoth(t, demoas.Config{}, func(t *testing.T, r server) {
		first := redeem(t, r, newCode(t, r)).tokens(t)
		second := refresh(t, r, first.Refresh).tokens(t)
		another := redeem(t, r, newCode(t, r)).tokens(t)
		refresh(t, r, first.Refresh).wantError(t, http.StatusBadRequest, "invalid_grant")
		refresh(t, r, second.Refresh).wantError(t, http.StatusBadRequest, "invalid_grant")
		for _, set := range []tokens{first, second} {
			withBearer(t, r.APIURL(), set.Access).wantStatus(t, http.StatusUnauthorized)
		}
		refresh(t, r, another.Refresh).tokens(t)
	})
}

func TestRefreshNarrowsTheScopeOfOneTokenOnly(t *testing.T) {
	t.Parallel()
	onBoth(t, demoas.Config{}, func(t *testing.T, r server) {
		first := redeem(t, r, newCode(t, r)).tokens(t)
		refresh(t, r, first.Refresh, "scope", "orders:write").wantError(t, http.StatusBadRequest, "invalid_scope")
		second := refresh(t, r, first.Refresh, "scope", "profile").tokens(t)
		if second.Scope != "profile" || second.ID != "" {
			t.Errorf("scope %q, ID Token %v", second.Scope, second.ID != "")
		}
		withBearer(t, r.APIURL(), second.Access).wantStatus(t, http.StatusForbidden)
		if third := refresh(t, r, second.Refresh).tokens(t); third.Scope != first.Scope {
			t.Errorf("scope %q, want that of the grant", third.Scope)
		}
	})
}

func TestRefreshTokenIsBoundToItsClient(t *testing.T) {
	t.Parallel()
	onBoth(t, demoas.Config{Clients: []demoas.Client{demoas.DemoClient(), {ID: "other"}}}, func(t *testing.T, r server) {
		set := redeem(t, r, newCode(t, r)).tokens(t)
		refresh(t, r, set.Refresh, "client_id", "other").wantError(t, http.StatusBadRequest, "invalid_grant")
		refresh(t, r, set.Refresh).tokens(t)
	})
}

func TestScopeDefaultsToTheOrders(t *testing.T) {
	t.Parallel()
	onBoth(t, demoas.Config{}, func(t *testing.T, r server) {
		if set := redeem(t, r, newCode(t, r, "scope", "")).tokens(t); set.Scope != "orders:read" {
			t.Errorf("scope %q", set.Scope)
		}
	})
}

func TestMalformedTokenRequests(t *testing.T) {
	t.Parallel()
	onBoth(t, demoas.Config{}, func(t *testing.T, r server) {
		for name, tt := range map[string]struct {
			want  string
			pairs []string
		}{
			"no grant type":      {"invalid_request", []string{"grant_type", ""}},
			"unknown grant type": {"unsupported_grant_type", []string{"grant_type", "password"}},
			"relative resource":  {"invalid_target", []string{"resource", "orders"}},
		} {
			t.Run(name, func(t *testing.T) {
				code := newCode(t, r)
				redeem(t, r, code, tt.pairs...).wantError(t, http.StatusBadRequest, tt.want)
				redeem(t, r, code).tokens(t) // such a request spends nothing
			})
		}
		form := url.Values{"grant_type": {"authorization_code"}, "client_id": {"demo"}, "code": {"a", "b"}}
		post(t, r.Issuer()+"/token", form).wantError(t, http.StatusBadRequest, "invalid_request")
		post(t, r.Issuer()+"/token?client_secret=x", with()).wantError(t, http.StatusBadRequest, "invalid_request")

		json := request(t, http.MethodPost, r.Issuer()+"/token", form)
		json.Header.Set("Content-Type", "application/json")
		send(t, json).wantError(t, http.StatusBadRequest, "invalid_request")
		huge := url.Values{"grant_type": {strings.Repeat("x", 64<<10)}}
		post(t, r.Issuer()+"/token", huge).wantError(t, http.StatusBadRequest, "invalid_request")
		get(t, r.Issuer()+"/token").wantStatus(t, http.StatusMethodNotAllowed)
	})
}
