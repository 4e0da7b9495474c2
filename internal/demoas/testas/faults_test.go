package testas

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/oauthget/oauthget/internal/demoas"
)

func TestEveryFaultHasAName(t *testing.T) {
	t.Parallel()
	faults := reflect.TypeFor[Faults]()
	for _, field := range reflect.VisibleFields(faults) {
		if name, options, _ := strings.Cut(field.Tag.Get("json"), ","); !field.Anonymous && (name == "" || options != "omitempty") {
			t.Errorf("%s has the tag %q", field.Name, field.Tag)
		}
	}
	if text, err := json.Marshal(Faults{}); err != nil || string(text) != "{}" {
		t.Errorf("no faults are %s, error %v", text, err)
	}
}

func TestAuthorizationFaults(t *testing.T) {
	t.Parallel()
	r := startApproving(t, Faults{})
	for name, tt := range map[string]struct {
		faults Faults
		check  func(url.Values) bool
	}{
		"none": {Faults{}, func(q url.Values) bool {
			return q.Get("iss") == r.Issuer() && q.Get("state") == "the state" && q.Has("code")
		}},
		"wrong state": {Faults{WrongState: true}, func(q url.Values) bool { return q.Has("state") && q.Get("state") != "the state" && q.Has("code") }},
		"wrong iss":   {Faults{WrongIss: true}, func(q url.Values) bool { return q.Has("iss") && q.Get("iss") != r.Issuer() && q.Has("code") }},
		"no iss":      {Faults{OmitIss: true}, func(q url.Values) bool { return !q.Has("iss") && q.Has("code") }},
		"error": {Faults{AuthorizationError: "server_error", ErrorDescription: "\x1b[31m"}, func(q url.Values) bool {
			return q.Get("error") == "server_error" && q.Get("error_description") == "\x1b[31m" && !q.Has("code")
		}},
	} {
		r.SetFaults(tt.faults)
		if query := authorize(t, r, with()).location(t).Query(); !tt.check(query) {
			t.Errorf("%s: response %v", name, query)
		}
	}
}

func TestTokenFaultsReplaceTheAnswer(t *testing.T) {
	t.Parallel()
	r := startApproving(t, Faults{})
	for name, tt := range map[string]struct {
		faults Faults
		status int
		header string // Name: value
		body   string
	}{
		"status":      {Faults{TokenStatus: 503}, 503, "", ""},
		"error":       {Faults{TokenError: "invalid_grant", ErrorDescription: "a\nb"}, 400, "Content-Type: application/json", `{"error":"invalid_grant","error_description":"a\nb"}` + "\n"},
		"both":        {Faults{TokenError: "slow_down", TokenStatus: 429, ErrorDescription: "x"}, 429, "Content-Type: application/json", `{"error":"slow_down","error_description":"x"}` + "\n"},
		"page":        {Faults{TokenHTML: true}, 200, "Content-Type: text/html; charset=utf-8", portalPage},
		"body":        {Faults{TokenBody: "[]"}, 200, "Content-Type: application/json", "[]"},
		"body, typed": {Faults{TokenBody: "{}", TokenContentType: "text/plain", TokenStatus: 201}, 201, "Content-Type: text/plain", "{}"},
		"redirect":    {Faults{RedirectTokenTo: "http://127.0.0.1:1/"}, 307, "Location: http://127.0.0.1:1/", ""},
		"delay":       {Faults{TokenDelayMillis: 1, TokenStatus: 500}, 500, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			code := newCode(t, r)
			r.SetFaults(tt.faults)
			a := redeem(t, r, code)
			name, value, _ := strings.Cut(tt.header, ": ")
			if a.status != tt.status || a.header.Get(name) != value || a.body != tt.body {
				t.Errorf("status %d, %s %q, body %q", a.status, name, a.header.Get(name), a.body)
			}
			r.SetFaults(Faults{})
			redeem(t, r, code).tokens(t) // the code was not spent
		})
	}
}

func TestEchoSecretEchoesWhatWasSent(t *testing.T) {
	t.Parallel()
	r := startApproving(t, Faults{EchoSecret: true})
	a := redeem(t, r, "canary-code")
	a.wantError(t, http.StatusBadRequest, "invalid_grant")
	if !strings.Contains(a.body, "canary-code") || !strings.Contains(refresh(t, r, "canary-refresh").body, "canary-refresh") {
		t.Error("no echo")
	}
}

func TestHangingTokenEndpointNeverAnswers(t *testing.T) {
	t.Parallel()
	r := startApproving(t, Faults{HangToken: true})
	if err := sendUntilCancelled(t, r, func() bool { return r.Requests(demoas.EndpointToken) == 1 }); err == nil {
		t.Error("there is an answer")
	}
	r.SetFaults(Faults{TokenDelayMillis: 60_000})
	if err := sendUntilCancelled(t, r, func() bool { return r.Requests(demoas.EndpointToken) == 2 }); err == nil {
		t.Error("there is an answer before its time")
	}
}

// sendUntilCancelled sends a token request and gives up as soon as done.
func sendUntilCancelled(t *testing.T, r *Running, done func() bool) error {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		for !done() {
			time.Sleep(time.Millisecond)
		}
		cancel()
	}()
	req := request(t, http.MethodPost, r.Issuer()+"/token", url.Values{"client_id": {"demo"}}).WithContext(ctx)
	resp, err := newClient(t).Do(req)
	if err == nil {
		_ = resp.Body.Close()
	}
	return err
}

func TestCloseEndsRequestsThatHang(t *testing.T) {
	t.Parallel()
	r := startApproving(t, Faults{HangToken: true})
	go func() {
		for r.Requests(demoas.EndpointToken) == 0 {
			time.Sleep(time.Millisecond)
		}
		_ = r.Close()
	}()
	resp, err := newClient(t).Do(request(t, http.MethodPost, r.Issuer()+"/token", url.Values{"client_id": {"demo"}}))
	if err == nil {
		_ = resp.Body.Close()
		t.Errorf("status %d", resp.StatusCode)
	}
}

func TestEndlessTokenBodyHasNoEnd(t *testing.T) {
	t.Parallel()
	r := startApproving(t, Faults{EndlessToken: true})
	resp, err := newClient(t).Do(request(t, http.MethodPost, r.Issuer()+"/token", url.Values{"client_id": {"demo"}}))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if n, err := io.CopyN(io.Discard, resp.Body, 4<<20); err != nil {
		t.Errorf("ends after %d bytes: %v", n, err)
	}
}

func TestTokenSetFaults(t *testing.T) {
	t.Parallel()
	r := startApproving(t, Faults{})
	answerOf := func(f Faults) map[string]any {
		r.SetFaults(f)
		return redeem(t, r, newCode(t, r)).json(t)
	}
	if _, there := answerOf(Faults{OmitExpiresIn: true})["expires_in"]; there {
		t.Error("expires_in is there")
	}
	if got := answerOf(Faults{ExpiresInString: true})["expires_in"]; got != "3600" {
		t.Errorf("expires_in %v", got)
	}
	if got := answerOf(Faults{NarrowScope: []string{"openid", "x"}}); got["scope"] != "openid" || got["refresh_token"] != nil {
		t.Errorf("scope %v, refresh token %v", got["scope"], got["refresh_token"] != nil)
	}
	if _, there := answerOf(Faults{OmitRefreshToken: true})["refresh_token"]; there {
		t.Error("refresh_token is there")
	}
}

func TestRefreshFaults(t *testing.T) {
	t.Parallel()
	r := startApproving(t, Faults{NoRefreshRotation: true})
	token := redeem(t, r, newCode(t, r)).tokens(t).Refresh
	for range 2 {
		if refresh(t, r, token).tokens(t).Refresh != "" {
			t.Error("rotated")
		}
	}
	r.SetFaults(Faults{InvalidGrantOnRefresh: true})
	refresh(t, r, token).wantError(t, http.StatusBadRequest, "invalid_grant")
	redeem(t, r, newCode(t, r)).tokens(t)
	r.SetFaults(Faults{})
	refresh(t, r, token).tokens(t)
}

func TestOtherFaults(t *testing.T) {
	t.Parallel()
	r := startApproving(t, Faults{RevokeStatus: 503, WrongUserinfoSubject: true})
	set := redeem(t, r, newCode(t, r)).tokens(t)
	post(t, r.Issuer()+"/revoke", url.Values{"token": {set.Access}, "client_id": {"demo"}}).wantStatus(t, 503)
	userinfo := withBearer(t, r.Issuer()+"/userinfo", set.Access).json(t)
	if userinfo["sub"] == claimsOf(t, r, set.ID)["sub"] {
		t.Error("sub is right")
	}
}
