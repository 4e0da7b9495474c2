package testas

import (
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oauthget/oauthget/internal/demoas"
)

// responseOf is what the client gets in the mode.
func responseOf(t *testing.T, a answer) url.Values {
	t.Helper()
	if a.header.Get("Location") != "" {
		return a.location(t).Query()
	}
	action := regexp.MustCompile(`<form method="post" data-page="form_post" action="([^"]*)">`).FindStringSubmatch(a.body)
	if action == nil || html.UnescapeString(action[1]) != testRedirect || a.status != http.StatusOK {
		t.Fatalf("status %d, body %q", a.status, a.body)
	}
	form := url.Values{}
	for _, input := range regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`).FindAllStringSubmatch(a.body, -1) {
		form.Set(html.UnescapeString(input[1]), html.UnescapeString(input[2]))
	}
	return form
}

func TestResponseModes(t *testing.T) {
	t.Parallel()
	clock := newClock()
	r := start(t, Config{AutoApprove: true, Now: clock.Now, Features: Features{FormPost: true, JARM: true}})
	for _, mode := range []string{"", modeQuery, modeFormPost, modeJWT, modeQueryJWT, modeFormPostJWT} {
		t.Run(mode, func(t *testing.T) {
			a := authorize(t, r, with("response_mode", mode, "state", `"<&'> ü`))
			if posted := a.header.Get("Location") == ""; posted != strings.HasPrefix(mode, modeFormPost) {
				t.Errorf("status %d", a.status)
			}
			got := responseOf(t, a)
			if strings.HasSuffix(mode, modeJWT) {
				claims := claimsOf(t, r, got.Get("response"))
				if len(got) != 1 || claims["aud"] != "demo" || claims["exp"] != float64(clock.Now().Add(10*time.Minute).Unix()) {
					t.Errorf("response %v, claims %v", got, claims)
				}
				got = url.Values{}
				for _, name := range []string{"code", "state", "iss"} {
					got.Set(name, text(t, claims, name))
				}
			}
			want := url.Values{"code": got["code"], "state": {`"<&'> ü`}, "iss": {r.Issuer()}}
			if diff := cmp.Diff(want, got); diff != "" || got.Get("code") == "" {
				t.Error(diff)
			}
			if failed := responseOf(t, authorize(t, r, with("response_mode", mode, "scope", `"`))); strings.HasSuffix(mode, modeJWT) {
				if claims := claimsOf(t, r, failed.Get("response")); claims["error"] != "invalid_scope" {
					t.Errorf("claims %v", claims)
				}
			} else if failed.Get("error") != "invalid_scope" {
				t.Errorf("response %v", failed)
			}
		})
	}
	for _, mode := range []string{"fragment", "fragment.jwt", "web_message"} {
		if got := authorize(t, r, with("response_mode", mode)).location(t).Query().Get("error"); got != "invalid_request" {
			t.Errorf("%s: %q", mode, got)
		}
	}
}

func TestFormPostPageSendsItself(t *testing.T) {
	t.Parallel()
	r := start(t, Config{AutoApprove: true, Features: Features{FormPost: true}})
	a := authorize(t, r, with("response_mode", modeFormPost))
	nonce := regexp.MustCompile(`<script nonce="(\w+)">document\.forms\[0\]\.submit\(\)</script>`).FindStringSubmatch(a.body)
	policy := a.header.Get("Content-Security-Policy")
	if nonce == nil || !strings.Contains(policy, "script-src 'nonce-"+nonce[1]+"'") || !strings.Contains(policy, "http://127.0.0.1:49152") {
		t.Errorf("policy %q, body %q", policy, a.body)
	}
}

func TestPersonSendsTheForm(t *testing.T) {
	t.Parallel()
	got := make(chan url.Values, 1)
	client := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ParseForm() == nil && r.Method == http.MethodPost {
			got <- r.PostForm
		}
		_, _ = io.WriteString(w, "the client's page")
	}))
	t.Cleanup(client.Close)
	r := start(t, Config{Features: Features{FormPost: true}})
	body, err := demoas.Person{}.Visit(t.Context(), r.Issuer()+"/authorize?"+
		with("response_mode", modeFormPost, "redirect_uri", client.URL+"/callback").Encode())
	if err != nil || body != "the client's page" {
		t.Fatalf("body %q, error %v", body, err)
	}
	if form := <-got; form.Get("state") != "the state" || !form.Has("code") {
		t.Errorf("form %v", form)
	}
}

func TestJARMFaults(t *testing.T) {
	t.Parallel()
	r := start(t, Config{AutoApprove: true, Features: Features{JARM: true}})
	responseWith := func(f Faults) url.Values {
		r.SetFaults(f)
		return responseOf(t, authorize(t, r, with("response_mode", modeJWT)))
	}
	claimsWith := func(f Faults) map[string]any { return claimsOf(t, r, responseWith(f).Get("response")) }
	if got := claimsWith(Faults{JARMWrongAudience: true}); got["aud"] == "demo" || got["iss"] != r.Issuer() {
		t.Errorf("claims %v", got)
	}
	if got := claimsWith(Faults{JARMWrongIssuer: true}); got["aud"] != "demo" || got["iss"] == r.Issuer() {
		t.Errorf("claims %v", got)
	}
	if exp, _ := claimsWith(Faults{JARMExpired: true})["exp"].(float64); exp == 0 || exp > float64(time.Now().Unix()) {
		t.Errorf("exp %v", exp)
	}
	if got := claimsWith(Faults{WrongState: true}); got["state"] == "the state" {
		t.Errorf("claims %v", got)
	}
	if _, err := verified(t, r, responseWith(Faults{JARMBadSignature: true}).Get("response")); err == nil {
		t.Error("the bad signature is good")
	}
	if got := responseWith(Faults{JARMPlain: true}); !got.Has("code") || got.Has("response") {
		t.Errorf("response %v", got)
	}
}
