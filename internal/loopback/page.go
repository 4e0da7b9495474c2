package loopback

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Page is what the person sees in the browser when the login is over. It must not hold a secret; text that came from a
// server has gone through untrusted.Text.
type Page struct {
	Title string // one short sentence: "You are signed in"
	OK    bool   // whether the login succeeded
	// Detail says what happened, Hint what to do now. What stands between `backquotes` is set as code.
	Detail, Hint string
	Facts        []Fact // as whom, where: at most a handful
}

// Fact is a line of the small table under the text.
type Fact struct{ Name, Value string }

// abandoned is for a browser that brought its response to a program that then gave up.
var abandoned = Page{
	Title:  "The login was not finished",
	Detail: "oauthget stopped before it had redeemed what this tab brought. Nothing was stored.",
	Hint:   "Start the login again in the terminal. You may close this tab.",
}

// tone is what the page's mark and colour say.
type tone string

const (
	success tone = "success"
	failure tone = "failure"
	neutral tone = "neutral"
)

//go:embed page.html
var pageHTML string

//go:embed page.css
var pageCSS string

// policy allows the one style element, by its hash, and nothing else.
var policy = sync.OnceValue(func() string {
	style := sha256.Sum256([]byte(pageCSS))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(style[:]) + "'; " +
		"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
})

// marks are what the circle on top of the page holds.
var marks = map[tone]string{
	success: `<path d="m15.5 24.8 5.9 5.9 11.4-12.6"/>`,
	failure: `<path d="m17.5 17.5 13 13m0-13-13 13"/>`,
	neutral: `<path d="M24 22.5v10M24 15.6v.1"/>`,
}

// render fills in page.html. It does by hand, for text and nothing but text, what html/template would do: that package
// finds methods by name, for which the linker keeps every exported method of every type, two megabytes in all. Each
// value goes through html.EscapeString here, and a Replacer does not look at what it has put in.
func render(p Page, t tone) string {
	return strings.NewReplacer(
		"{title}", html.EscapeString(p.Title), "{style}", pageCSS, "{tone}", string(t), "{mark}", marks[t],
		"{detail}", paragraph("detail", p.Detail), "{facts}", table(p.Facts), "{hint}", paragraph("hint", p.Hint),
	).Replace(pageHTML)
}

func paragraph(class, text string) string {
	if text == "" {
		return ""
	}
	var b strings.Builder
	for i, part := range strings.Split(text, "`") {
		if part = html.EscapeString(part); i%2 == 1 && part != "" {
			part = "<code>" + part + "</code>"
		}
		b.WriteString(part)
	}
	return "\n<p class=\"" + class + "\">" + b.String() + "</p>"
}

func table(facts []Fact) string {
	if len(facts) == 0 {
		return ""
	}
	var b strings.Builder
	for _, f := range facts {
		b.WriteString("\n<div><dt>" + html.EscapeString(f.Name) + "</dt><dd>" + html.EscapeString(f.Value) + "</dd></div>")
	}
	return "\n<dl>" + b.String() + "\n</dl>"
}

// write answers with the page, or with the bare status where the page has no title, and sees to it that all of it has
// been handed to the system on return: the process may exit right after.
func write(w http.ResponseWriter, status int, page Page, t tone) {
	contentType, body := "text/plain; charset=utf-8", http.StatusText(status)+"\n"
	if page.Title != "" {
		contentType, body = "text/html; charset=utf-8", render(page, t)
	}
	h := w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("Content-Security-Policy", policy())
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Connection", "close")
	controller := http.NewResponseController(w)
	// The read deadline is for the rest of a body nobody wants, which net/http reads before it closes the connection.
	_ = controller.SetReadDeadline(time.Now().Add(deliveryTimeout))
	_ = controller.SetWriteDeadline(time.Now().Add(requestTimeout))
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
	_ = controller.Flush()
}
