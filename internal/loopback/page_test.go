package loopback

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func rendered(p Page) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	_ = p.write(w, http.StatusOK)
	return w
}

func TestPageCannotBeInjectedInto(t *testing.T) {
	evil := `</p><script>alert(1)</script><img src=x onerror="x">` + "`</code><b>`"
	for _, ok := range []bool{true, false} {
		body := rendered(Page{Title: evil, Detail: evil, Hint: evil, Server: evil, Account: evil, Profile: evil, OK: ok}).Body.String()
		for _, tag := range []string{"<script", "<img", "<b>`", "</p><"} {
			if strings.Contains(body, tag) {
				t.Errorf("%s got through: %s", tag, body)
			}
		}
	}
}

func TestPageHeadersIsolateThePage(t *testing.T) {
	w := rendered(Page{Title: "x", OK: true})
	want := map[string]string{
		"Content-Type":                 "text/html; charset=utf-8",
		"Cache-Control":                "no-store",
		"Referrer-Policy":              "no-referrer",
		"X-Content-Type-Options":       "nosniff",
		"X-Frame-Options":              "DENY",
		"Cross-Origin-Opener-Policy":   "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin",
		"Connection":                   "close",
		"Access-Control-Allow-Origin":  "",
	}
	got := map[string]string{}
	for name := range want {
		got[name] = w.Header().Get(name)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestPolicyAllowsThePagesOwnStyleAndNothingElse(t *testing.T) {
	w := rendered(Page{Title: "x", OK: true})
	_, rest, _ := strings.Cut(w.Body.String(), "<style>")
	style, _, ok := strings.Cut(rest, "</style>")
	sum := sha256.Sum256([]byte(style))
	want := "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	if got := w.Header().Get("Content-Security-Policy"); !ok || got != want {
		t.Errorf("policy is\n%s, want\n%s", got, want)
	}
	for _, word := range []string{"<script", "javascript:", "http://", "https://", "url(", "style=", "src=", "href="} {
		if strings.Contains(w.Body.String(), word) {
			t.Errorf("the page has %s", word)
		}
	}
}

func TestPageHasItsTexts(t *testing.T) {
	body := rendered(Page{
		Title: "The login failed", Detail: "It was denied.", Hint: "Run `oauthget login work`.",
	}).Body.String()
	for _, part := range []string{
		"<title>The login failed · oauthget</title>", "<h1>The login failed</h1>", ">It was denied.</p>",
		"Run <code>oauthget login work</code>.</p>", `<body class="failure">`,
	} {
		if !strings.Contains(body, part) {
			t.Errorf("no %s in %s", part, body)
		}
	}
	page := Page{Title: "You are signed in", OK: true, Server: "as.example/realm", Account: "ada", Profile: "work"}
	if body := rendered(page).Body.String(); !strings.Contains(body, "<h1>You are signed in to as.example/realm as ada</h1>") ||
		!strings.Contains(body, "<span>Profile <b>work</b></span>") || strings.Contains(body, "<b>as.example") {
		t.Errorf("success is %s", body)
	}
	page.OK = false
	if body := rendered(page).Body.String(); !strings.Contains(body, "<h1>You are signed in</h1>") ||
		!strings.Contains(body, "<span>Server <b>as.example/realm</b></span><span>Profile <b>work</b></span>") {
		t.Errorf("failure is %s", body)
	}
	if body := rendered(Page{Title: "x", OK: true}).Body.String(); strings.Contains(body, "<p class") {
		t.Errorf("empty parts are shown: %s", body)
	}
}

func TestPageIsFlushedWhenWriteReturns(t *testing.T) {
	if w := rendered(Page{Title: "x", OK: true}); !w.Flushed || w.Header().Get("Content-Length") != strconv.Itoa(w.Body.Len()) {
		t.Error("the page may be lost when the process exits")
	}
}
