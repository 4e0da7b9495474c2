package proxy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oauthget/oauthget/internal/token"
)

// only lets one token in, and answers with what it was sent.
func only(name string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.Header.Get("Authorization") != "Bearer canary-"+name {
			w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
			w.WriteHeader(http.StatusUnauthorized)
		}
		fmt.Fprintf(w, "%s %d", r.Method, len(body))
	}
}

const first, second = "Bearer canary-first", "Bearer canary-second"

func TestRefusedTokenIsReplacedAndTheRequestRepeated(t *testing.T) {
	for name, c := range map[string]struct {
		body io.Reader
		want string
	}{
		"no body":              {nil, "POST 0"},
		"a small body":         {strings.NewReader("{}"), "POST 2"},
		"the largest of small": {strings.NewReader(strings.Repeat("x", maxReplay)), fmt.Sprint("POST ", maxReplay)},
	} {
		t.Run(name, func(t *testing.T) {
			up := newWitness(t, only("second"))
			r := start(t, up.URL, nil)
			if got := r.do(t, request(t, "POST", r.base+"/", c.body)); got.status != 200 || got.body != c.want {
				t.Error(got)
			}
			if diff := cmp.Diff([]string{first, second}, up.tokens()); diff != "" {
				t.Error(diff)
			}
			if r.obtained() != 1 || !r.wants[0].Refused.Equal(token.NewSecret("canary-first")) {
				t.Errorf("%d tokens were obtained", r.obtained())
			}
			if got := r.get(t, "/"); got.status != 200 || r.obtained() != 1 {
				t.Error("the new token is not kept", got)
			}
		})
	}
}

func TestBodyThatStreamsIsSentOnceAndTheNextRequestHasTheNewToken(t *testing.T) {
	for name, body := range map[string]io.Reader{
		"large":   strings.NewReader(strings.Repeat("x", maxReplay+1)),
		"chunked": io.MultiReader(strings.NewReader("xyz")),
	} {
		t.Run(name, func(t *testing.T) {
			up := newWitness(t, only("second"))
			r := start(t, up.URL, nil)
			got := r.do(t, request(t, "POST", r.base+"/", body))
			if got.status != 401 || got.header.Get("WWW-Authenticate") != `Bearer error="invalid_token"` || len(up.requests()) != 1 {
				t.Error(got, up.tokens())
			}
			if got := r.get(t, "/"); got.status != 200 || r.obtained() != 1 {
				t.Error(got, up.tokens())
			}
		})
	}
}

func TestUpstreamThatRefusesEveryTokenCostsOneRefreshAMinute(t *testing.T) {
	up := newWitness(t, only("none"))
	r := start(t, up.URL, nil)
	for range 20 {
		if got := r.get(t, "/"); got.status != 401 || got.body != "GET 0" {
			t.Fatal(got)
		}
	}
	if r.obtained() != 1 || len(up.requests()) != 21 {
		t.Errorf("%d tokens for %d requests", r.obtained(), len(up.requests()))
	}
}

func TestWhatNoTokenWouldMendIsPassedOn(t *testing.T) {
	for _, challenge := range []string{
		`DPoP error="use_dpop_nonce"`, `DPoP error="invalid_dpop_proof"`, `Bearer realm="x", error="insufficient_scope"`, `Basic realm="a", Bearer error="insufficient_scope"`,
	} {
		up := newWitness(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("WWW-Authenticate", challenge)
			w.WriteHeader(401)
		})
		r := start(t, up.URL, nil)
		if got := r.get(t, "/"); got.status != 401 || r.obtained() != 0 || len(up.requests()) != 1 {
			t.Errorf("%s: %v, %d tokens", challenge, got, r.obtained())
		}
	}
	up := newWitness(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(403) })
	r := start(t, up.URL, nil)
	if got := r.get(t, "/"); got.status != 403 || r.obtained() != 0 {
		t.Error(got)
	}
}

func TestCallerIsToldWhyThereIsNoToken(t *testing.T) {
	up := newWitness(t, nil)
	r := start(t, up.URL, func(o *Options) {
		o.Set.Expiry = time.Now().Add(-time.Minute)
		o.Token = func(context.Context, Want) (token.Set, error) {
			return token.Set{}, errors.New("a login is\x1b[2J required")
		}
	})
	for range 5 { // a second one is not tried at once
		got := r.get(t, "/x?secret=1")
		want := "oauthget proxy: a login is[2J required\noauthget proxy: run oauthget login work\n"
		if got.status != 502 || got.body != want || got.header.Get("Content-Type") != "text/plain; charset=utf-8" {
			t.Error(got)
		}
	}
	if r.obtained() != 1 || len(up.requests()) != 0 {
		t.Errorf("%d attempts, %d requests", r.obtained(), len(up.requests()))
	}
	if e := r.log[0]; e.Path != "/x" || e.Status != 502 || e.Trouble != "no token" {
		t.Error(e)
	}
}

func TestUpstreamThatFailsIsToldInOurWords(t *testing.T) {
	up := newWitness(t, func(w http.ResponseWriter, _ *http.Request) {
		conn, _, _ := http.NewResponseController(w).Hijack()
		_, _ = io.WriteString(conn, "canary-echo canary-first\r\n\r\n")
		conn.Close()
	})
	r := start(t, up.URL, nil)
	got := r.get(t, "/x")
	if got.status != 502 || !strings.HasPrefix(got.body, "oauthget proxy: the upstream gave no answer: ") || strings.Contains(got.body, "canary") {
		t.Error(got)
	}
	up.Close()
	if got := r.get(t, "/x"); got.status != 502 || !strings.Contains(strings.ToLower(got.body), "refused") {
		t.Error(got)
	}
}

func TestBodyThatBreaksOffIsNotSent(t *testing.T) {
	up := newWitness(t, nil)
	r := start(t, up.URL, nil)
	conn := dial(t, r.addr)
	fmt.Fprintf(conn, "POST /%s/ HTTP/1.1\r\nHost: %s\r\nContent-Length: 10\r\n\r\nhalf", prefix, r.addr)
	_ = conn.CloseWrite()
	answer, _ := io.ReadAll(conn)
	if !strings.HasPrefix(string(answer), "HTTP/1.1 400 ") || len(up.requests()) != 0 {
		t.Errorf("%s, and %d requests", answer, len(up.requests()))
	}
}
