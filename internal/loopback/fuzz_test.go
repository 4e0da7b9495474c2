package loopback

import (
	"bufio"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// FuzzCallback sends raw requests. One that ends the wait must be a navigation to the redirect URI with the right state, which is
// malformed or has one outcome, and no answer may repeat the request.
func FuzzCallback(f *testing.F) {
	const host = "\r\nHost: 127.0.0.1:8400\r\n"
	f.Add("GET /callback?state=" + state + "&code=" + code + " HTTP/1.1" + host + "\r\n")
	f.Add("GET /callback?state=" + state + "&error=access_denied HTTP/1.1" + host + "Sec-Fetch-Mode: navigate\r\n\r\n")
	f.Add("GET http://127.0.0.1:8400/callback?state=canary-state&code=1&code=2 HTTP/1.1" + host + "\r\n")
	f.Add("POST /callback HTTP/1.1" + host + "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 25\r\n\r\nstate=canary-state&code=1")
	f.Add("GET /callback?%73tate=canary%2Dstate;&code=%zz HTTP/1.0" + host + "\r\n")
	f.Add("HEAD /callback HTTP/1.1\r\nHost: evil.example\r\nPurpose: prefetch\r\n\r\n")
	f.Fuzz(func(t *testing.T, raw string) {
		r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(raw)))
		if err != nil {
			return
		}
		l := newListener(Options{State: state, FormPost: true}, parseURL(t, "http://127.0.0.1:8400/callback"))
		l.Finish(Page{Title: "You are signed in", OK: true})
		w := httptest.NewRecorder()
		l.serve(w, r)
		if strings.Contains(w.Body.String(), "canary-") {
			t.Errorf("the answer repeats the request: %s", w.Body)
		}
		got := l.response
		if (got != nil) != (w.Code == http.StatusSeeOther) {
			t.Fatalf("status %d with response %v", w.Code, got)
		}
		if w.Code == http.StatusOK && (r.Method != http.MethodGet || r.URL.RawQuery != "" || r.URL.EscapedPath() != "/callback") {
			t.Errorf("%s %s got the page", r.Method, r.URL)
		}
		if got == nil {
			return
		}
		if r.Host != "127.0.0.1:8400" || r.URL.EscapedPath() != "/callback" || (r.Method != http.MethodGet && r.Method != http.MethodPost) {
			t.Errorf("%s %s of %s ended the wait", r.Method, r.URL, r.Host)
		}
		if params := got.params; len(params["state"]) != 1 || params.Get("state") != state {
			t.Errorf("the wait ended with %v", params)
		}
		if got.malformed != nil {
			if text := got.malformed.Error(); strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' }) {
				t.Errorf("%q", text)
			}
			return
		}
		if (got.params.Get("code") == "") == (got.params.Get("error") == "") {
			t.Errorf("the wait ended with %v", got.params)
		}
		for _, name := range responseParameters {
			if n := len(got.params[name]); n > 1 {
				t.Errorf("%s is there %d times", name, n)
			}
		}
	})
}
