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

func rendered(p Page, t tone) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	write(w, http.StatusOK, p, t)
	return w
}

func TestPageCannotBeInjectedInto(t *testing.T) {
	evil := `</p><script>alert(1)</script><img src=x onerror="x">` + "`</code><b>`"
	body := rendered(Page{Title: evil, Detail: evil, Hint: evil}, failure).Body.String()
	for _, tag := range []string{"<script", "<img", "<b>`"} {
		if strings.Contains(body, tag) {
			t.Errorf("%s got through: %s", tag, body)
		}
	}
}

func TestPageHeadersIsolateThePage(t *testing.T) {
	w := rendered(Page{Title: "x"}, success)
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
	w := rendered(Page{Title: "x"}, success)
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
	}, failure).Body.String()
	for _, part := range []string{
		"<title>The login failed · oauthget</title>", "<h1>The login failed</h1>", ">It was denied.</p>",
		"Run <code>oauthget login work</code>.</p>", `<body class="failure">`,
	} {
		if !strings.Contains(body, part) {
			t.Errorf("no %s in %s", part, body)
		}
	}
	if body := rendered(Page{Title: "x"}, success).Body.String(); strings.Contains(body, "<p ") {
		t.Errorf("empty parts are shown: %s", body)
	}
}

func TestPageIsFlushedWhenWriteReturns(t *testing.T) {
	if w := rendered(Page{Title: "x"}, success); !w.Flushed || w.Header().Get("Content-Length") != strconv.Itoa(w.Body.Len()) {
		t.Error("the page may be lost when the process exits")
	}
}
