package testas

import (
	"net/http"
	"net/url"
	"testing"
	"time"
)

func TestRequestObjects(t *testing.T) {
	t.Parallel()
	key := newClientKey(t)
	client := DemoClient()
	client.JWKS = key.set()
	r := start(t, Config{AutoApprove: true, Clients: []Client{client, {ID: "other", RedirectURIs: client.RedirectURIs}}, Features: Features{
		PAR: true, RequireSignedRequest: true,
	}})
	good := map[string]any{
		"iss": "demo", "aud": r.Issuer(), "exp": time.Now().Add(time.Minute).Unix(), "resource": []string{"https://a.example", "https://b.example"},
		"max_age": 60,
	}
	for name := range with() {
		good[name] = with().Get(name)
	}
	sign := func(others map[string]any) string { return key.sign(t, "oauth-authz-req+jwt", changed(good, others)) }
	for name, object := range map[string]string{
		"another key":      newClientKey(t).sign(t, "JWT", good),
		"not signed":       "eyJhbGciOiJub25lIn0.e30.",
		"another client":   sign(map[string]any{"client_id": "other"}),
		"another issuer":   sign(map[string]any{"iss": "other"}),
		"another audience": sign(map[string]any{"aud": "https://as.example"}),
		"expired":          sign(map[string]any{"exp": time.Now().Add(-2 * time.Minute).Unix()}),
		"a request in it":  sign(map[string]any{"request": "x"}),
	} {
		t.Run(name, func(t *testing.T) {
			if got := authorize(t, r, with("request", object)).location(t).Query().Get("error"); got != "invalid_request_object" {
				t.Errorf("error %q", got)
			}
			push(t, r, url.Values{"client_id": {"demo"}, "request": {object}}).wantError(t, http.StatusBadRequest, "invalid_request")
			push(t, r, with("request", object)).wantError(t, http.StatusBadRequest, "invalid_request_object")
		})
	}
	if got := authorize(t, r, with()).location(t).Query().Get("error"); got != "invalid_request" {
		t.Errorf("without: %q", got)
	}
	if got := authorize(t, r, with("client_id", "other", "request", sign(nil))).location(t).Query().Get("error"); got != "invalid_request_object" {
		t.Errorf("without keys: %q", got)
	}
	bad := authorize(t, r, url.Values{"client_id": {"demo"}, "request": {sign(map[string]any{"scope": `"`})}}).location(t).Query()
	if bad.Get("error") != "invalid_scope" || bad.Get("state") != "the state" {
		t.Errorf("response %v", bad)
	}

	outer := url.Values{"client_id": {"demo"}, "request": {sign(nil)}, "state": {"another state"}}
	for name, form := range map[string]url.Values{"by value": outer, "pushed": pushed(t, r, outer)} {
		query := authorize(t, r, form).location(t).Query()
		if query.Get("state") != "the state" {
			t.Errorf("%s: response %v", name, query)
		}
		set := redeem(t, r, query.Get("code")).tokens(t)
		told := post(t, r.Issuer()+"/introspect", url.Values{"client_id": {"demo"}, "token": {set.Access}}).json(t)
		if aud, _ := told["aud"].([]any); len(aud) != 2 {
			t.Errorf("%s: audience %v", name, told["aud"])
		}
	}
}
