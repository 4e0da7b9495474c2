package testas

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func push(t *testing.T, r *Running, form url.Values) answer {
	t.Helper()
	return post(t, r.Issuer()+"/par", form)
}

// pushed returns the authorization request that names what was pushed.
func pushed(t *testing.T, r *Running, form url.Values) url.Values {
	t.Helper()
	a := push(t, r, form)
	a.wantStatus(t, http.StatusCreated)
	return url.Values{"client_id": {form.Get("client_id")}, "request_uri": {text(t, a.json(t), "request_uri")}}
}

func TestPushedRequestIsUsedOnce(t *testing.T) {
	t.Parallel()
	clock := newClock()
	r := start(t, Config{AutoApprove: true, Now: clock.Now, Features: Features{RequirePAR: true}})
	form := pushed(t, r, with())
	response := authorize(t, r, form).location(t).Query()
	if response.Get("state") != "the state" {
		t.Errorf("response %v", response)
	}
	redeem(t, r, response.Get("code")).tokens(t)
	for name, form := range map[string]url.Values{
		"a second time":      form,
		"unknown":            change(form, []string{"request_uri", pushedPrefix + "x"}),
		"of another client":  change(pushed(t, r, with()), []string{"client_id", "other"}),
		"without the client": change(pushed(t, r, with()), []string{"client_id", ""}),
	} {
		if a := authorize(t, r, form); a.status != http.StatusBadRequest || a.header.Get("Location") != "" {
			t.Errorf("%s: status %d, Location %q", name, a.status, a.header.Get("Location"))
		}
	}
	late := pushed(t, r, with())
	clock.advance(pushedLifetime)
	authorize(t, r, late).wantStatus(t, http.StatusBadRequest)
	if got := authorize(t, r, with()).location(t).Query().Get("error"); got != "invalid_request" {
		t.Errorf("not pushed: %q", got)
	}
}

func TestBadRequestIsNotPushed(t *testing.T) {
	t.Parallel()
	r := start(t, Config{Features: Features{PAR: true}, Clients: []Client{
		DemoClient(), {ID: "secret", Secret: "s", RedirectURIs: DemoClient().RedirectURIs},
	}})
	for name, tt := range map[string]struct {
		status int
		want   string
		pairs  []string
	}{
		"unknown client":       {http.StatusUnauthorized, "invalid_client", []string{"client_id", "nobody"}},
		"without its secret":   {http.StatusUnauthorized, "invalid_client", []string{"client_id", "secret"}},
		"another redirect URI": {http.StatusBadRequest, "invalid_request", []string{"redirect_uri", "https://evil.example"}},
		"a request_uri":        {http.StatusBadRequest, "invalid_request", []string{"request_uri", "urn:x"}},
		"no PKCE":              {http.StatusBadRequest, "invalid_request", []string{"code_challenge", "", "code_challenge_method", ""}},
		"bad scope":            {http.StatusBadRequest, "invalid_scope", []string{"scope", `"`}},
		"bad response type":    {http.StatusBadRequest, "unsupported_response_type", []string{"response_type", "token"}},
	} {
		t.Run(name, func(t *testing.T) { push(t, r, with(tt.pairs...)).wantError(t, tt.status, tt.want) })
	}
	get(t, r.Issuer()+"/par").wantStatus(t, http.StatusMethodNotAllowed)
	push(t, start(t, Config{}), with()).wantStatus(t, http.StatusNotFound)
}

func TestPARFaults(t *testing.T) {
	t.Parallel()
	r := start(t, Config{Features: Features{PAR: true}})
	r.SetFaults(Faults{PARStatus: 503})
	push(t, r, with()).wantStatus(t, 503)
	r.SetFaults(Faults{PARError: "server_error", PARStatus: 500})
	push(t, r, with()).wantError(t, 500, "server_error")
	r.SetFaults(Faults{PARRequestURI: "https://evil.example/?\x1b"})
	if got := push(t, r, with()).json(t)["request_uri"]; got != "https://evil.example/?\x1b" {
		t.Errorf("request_uri %v", got)
	}
	r.SetFaults(Faults{PAROK: true})
	push(t, r, with()).wantStatus(t, http.StatusOK)
	r.SetFaults(Faults{PARRedirectTo: "http://127.0.0.1:1/"})
	push(t, r, with()).wantStatus(t, http.StatusTemporaryRedirect)
	r.SetFaults(Faults{PARHTML: true})
	if a := push(t, r, with()); !strings.HasPrefix(a.header.Get("Content-Type"), "text/html") {
		t.Errorf("type %q", a.header.Get("Content-Type"))
	}
}
