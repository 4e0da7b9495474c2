package testas

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/oauthget/oauthget/internal/demoas"
)

func TestAPIChallenges(t *testing.T) {
	t.Parallel()
	onBoth(t, demoas.Config{}, func(t *testing.T, r server) {
		narrow := redeem(t, r, newCode(t, r, "scope", "profile")).tokens(t).Access
		wide := redeem(t, r, newCode(t, r)).tokens(t).Access
		for name, tt := range map[string]struct {
			authorization []string
			status        int
			want          string // in the challenge
		}{
			"nothing":         {nil, http.StatusUnauthorized, ""},
			"another scheme":  {[]string{"Basic eDp5"}, http.StatusUnauthorized, ""},
			"unknown token":   {[]string{"Bearer x"}, http.StatusUnauthorized, `error="invalid_token"`},
			"no token":        {[]string{"Bearer"}, http.StatusUnauthorized, `error="invalid_token"`},
			"two headers":     {[]string{"Bearer " + wide, "Bearer " + wide}, http.StatusBadRequest, `error="invalid_request"`},
			"too narrow":      {[]string{"Bearer " + narrow}, http.StatusForbidden, `error="insufficient_scope", scope="orders:read"`},
			"good":            {[]string{"Bearer " + wide}, http.StatusOK, ""},
			"good, lowercase": {[]string{"bearer " + wide}, http.StatusOK, ""},
		} {
			t.Run(name, func(t *testing.T) {
				req := request(t, http.MethodGet, r.APIURL(), nil)
				req.Header["Authorization"] = tt.authorization
				a := send(t, req)
				a.wantStatus(t, tt.status)
				challenge := a.header.Get("WWW-Authenticate")
				if (challenge == "") != (tt.status == http.StatusOK) || !strings.Contains(challenge, tt.want) {
					t.Errorf("challenge %q", challenge)
				}
				if tt.want == "" && strings.Contains(challenge, "error") {
					t.Errorf("challenge %q tells an error", challenge)
				}
			})
		}
		if a := withBearer(t, r.APIURL(), wide); a.json(t)["customer"] != "ada" {
			t.Errorf("body %q", a.body)
		}
		withBearer(t, r.Issuer()+"/userinfo", narrow).wantStatus(t, http.StatusForbidden)
	})
}

func TestAccessTokenExpires(t *testing.T) {
	t.Parallel()
	clock := newClock()
	r := start(t, Config{AutoApprove: true, Now: clock.Now, AccessTokenLifetime: 2 * time.Second})
	set := redeem(t, r, newCode(t, r)).tokens(t)
	if set.Expires != 2 {
		t.Errorf("expires_in %d", set.Expires)
	}
	clock.advance(time.Second)
	withBearer(t, r.APIURL(), set.Access).wantStatus(t, http.StatusOK)
	clock.advance(time.Second)
	withBearer(t, r.APIURL(), set.Access).wantStatus(t, http.StatusUnauthorized)
	refresh(t, r, set.Refresh).tokens(t)
}

func TestRevocation(t *testing.T) {
	t.Parallel()
	onBoth(t, demoas.Config{Clients: []demoas.Client{demoas.DemoClient(), {ID: "other"}}}, func(t *testing.T, r server) {
		revoke := func(token, client string) answer {
			return post(t, r.Issuer()+"/revoke", url.Values{"token": {token}, "client_id": {client}})
		}
		set := redeem(t, r, newCode(t, r)).tokens(t)
		revoke(set.Refresh, "other").wantError(t, http.StatusBadRequest, "invalid_grant")
		revoke(set.Access, "nobody").wantError(t, http.StatusUnauthorized, "invalid_client")
		revoke("", "demo").wantError(t, http.StatusBadRequest, "invalid_request")
		revoke("unknown", "demo").wantStatus(t, http.StatusOK)
		withBearer(t, r.APIURL(), set.Access).wantStatus(t, http.StatusOK)

		revoke(set.Access, "demo").wantStatus(t, http.StatusOK)
		withBearer(t, r.APIURL(), set.Access).wantStatus(t, http.StatusUnauthorized)
		second := refresh(t, r, set.Refresh).tokens(t)

		revoke(second.Refresh, "demo").wantStatus(t, http.StatusOK)
		withBearer(t, r.APIURL(), second.Access).wantStatus(t, http.StatusUnauthorized)
		refresh(t, r, second.Refresh).wantError(t, http.StatusBadRequest, "invalid_grant")
	})
}

func TestIntrospectionTellsAClientAboutItsOwnTokens(t *testing.T) {
	t.Parallel()
	r := start(t, Config{AutoApprove: true, Clients: []Client{DemoClient(), {ID: "other"}}})
	form := with()
	form["resource"] = []string{"https://api.example/a", "https://api.example/b"}
	form["audience"] = []string{"orders"}
	code := authorize(t, r, form).location(t).Query().Get("code")
	set := redeem(t, r, code).tokens(t)
	introspect := func(token, client string) map[string]any {
		return post(t, r.Issuer()+"/introspect", url.Values{"token": {token}, "client_id": {client}}).json(t)
	}
	got := introspect(set.Access, "demo")
	aud, _ := got["aud"].([]any)
	if got["active"] != true || got["username"] != "ada" || got["client_id"] != "demo" || len(aud) != 3 || aud[2] != "orders" {
		t.Errorf("answer %v", got)
	}
	for token, client := range map[string]string{set.Access: "other", "unknown": "demo"} {
		if got := introspect(token, client); len(got) != 1 || got["active"] != false {
			t.Errorf("answer %v", got)
		}
	}
	one := refresh(t, r, set.Refresh, "resource", "https://api.example/b").tokens(t)
	if aud, _ := introspect(one.Access, "demo")["aud"].([]any); len(aud) != 1 || aud[0] != "https://api.example/b" {
		t.Errorf("aud %v", aud)
	}
}
