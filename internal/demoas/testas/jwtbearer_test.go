package testas

import (
	"net/http"
	"net/url"
	"testing"
	"time"
)

func TestGrantsWithoutAPersonAreOffUnlessAskedFor(t *testing.T) {
	t.Parallel()
	r := startApproving(t, Faults{})
	for _, grant := range []string{"client_credentials", grantJWTBearer, grantExchange} {
		post(t, r.Issuer()+"/token", url.Values{"grant_type": {grant}, "client_id": {"demo"}}).
			wantError(t, http.StatusBadRequest, "unsupported_grant_type")
	}
}

func TestClientCredentials(t *testing.T) {
	t.Parallel()
	r := start(t, Config{Features: Features{ClientCredentials: true}, Clients: []Client{
		{ID: "demo"}, {ID: "machine", Secret: "s"}, {ID: "web", Secret: "s", GrantTypes: []string{"authorization_code"}},
	}})
	ask := func(pairs ...string) answer {
		return post(t, r.Issuer()+"/token", change(url.Values{
			"grant_type": {"client_credentials"}, "client_id": {"machine"}, "client_secret": {"s"},
		}, pairs))
	}
	ask("client_id", "demo", "client_secret", "").wantError(t, http.StatusBadRequest, "unauthorized_client")
	ask("client_id", "web").wantError(t, http.StatusBadRequest, "unauthorized_client")
	ask("client_secret", "x").wantError(t, http.StatusUnauthorized, "invalid_client")
	ask("scope", `"`).wantError(t, http.StatusBadRequest, "invalid_scope")
	set := ask("scope", "openid offline_access orders:read x").tokens(t)
	if set.Refresh != "" || set.ID != "" || set.Scope != "orders:read x" {
		t.Errorf("refresh token %v, ID Token %v, scope %q", set.Refresh != "", set.ID != "", set.Scope)
	}
	if got := withBearer(t, r.APIURL(), set.Access).json(t)["customer"]; got != "machine" {
		t.Errorf("customer %v", got)
	}
}

func TestAssertionGrant(t *testing.T) {
	t.Parallel()
	key := newClientKey(t)
	r := start(t, Config{Features: Features{JWTBearer: true}, Clients: []Client{
		{ID: "demo"}, {ID: "service", JWKS: key.set()}, {ID: "keyed", Secret: "s", JWKS: key.set()},
	}})
	bring := func(claims map[string]any, pairs ...string) answer {
		return post(t, r.Issuer()+"/token", change(url.Values{
			"grant_type": {grantJWTBearer}, "client_id": {"service"}, "assertion": {key.sign(t, "JWT", claims)},
		}, pairs))
	}
	good := assertionOf(r, "service")
	for name, others := range map[string]map[string]any{
		"another issuer":   {"iss": "demo"},
		"no subject":       {"sub": nil},
		"another audience": {"aud": "https://as.example"},
		"expired":          {"exp": time.Now().Add(-2 * time.Minute).Unix()},
		"no exp":           {"exp": nil},
	} {
		t.Run(name, func(t *testing.T) { bring(changed(good, others)).wantError(t, http.StatusBadRequest, "invalid_grant") })
	}
	bring(good, "assertion", newClientKey(t).sign(t, "JWT", good)).wantError(t, http.StatusBadRequest, "invalid_grant")
	bring(good, "assertion", "").wantError(t, http.StatusBadRequest, "invalid_grant")
	bring(changed(good, map[string]any{"iss": "demo"}), "client_id", "demo").wantError(t, http.StatusBadRequest, "invalid_grant")
	bring(changed(good, map[string]any{"iss": "nobody"}), "client_id", "").wantError(t, http.StatusUnauthorized, "invalid_client")
	bring(good, "client_id", "keyed", "client_secret", "x").wantError(t, http.StatusUnauthorized, "invalid_client")

	set := bring(changed(good, map[string]any{"sub": "grace"}), "scope", "openid orders:read").tokens(t)
	if got := withBearer(t, r.APIURL(), set.Access).json(t)["customer"]; got != "grace" || set.ID != "" || set.Scope != "orders:read" {
		t.Errorf("customer %v, scope %q", got, set.Scope)
	}
	bring(good).wantError(t, http.StatusBadRequest, "invalid_grant") // its jti was used
	set = bring(changed(good, map[string]any{"jti": nil}), "client_id", "").tokens(t)
	if got := withBearer(t, r.APIURL(), set.Access).json(t)["customer"]; got != "service" {
		t.Errorf("customer %v", got)
	}
}
