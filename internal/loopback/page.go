package loopback

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/oauthget/oauthget/internal/pagestyle"
)

// Page is what the user sees in the browser when the login is over. It must not contain a secret. Text of a server must have gone
// through untrusted.Text.
type Page struct {
	Title string // one short sentence: "You are signed in"
	OK    bool   // whether the login succeeded
	// Detail says what happened, Hint what to do. Text between `backquotes` is set as code.
	Detail, Hint string
	// Server, Account and Profile say to what, as whom and by which profile the user signs in. Each may be empty.
	Server, Account, Profile string

	neutral bool // the page says nothing of the login's end
}

func (p Page) status() int {
	if p.OK {
		return http.StatusOK
	}
	return http.StatusBadRequest
}

func (p Page) tone() tone {
	switch {
	case p.neutral:
		return neutral
	case p.OK:
		return success
	}
	return failure
}

// abandoned is shown to a browser that brought its response to a program that then gave up.
var abandoned = Page{
	Title:  "The login was not finished",
	Detail: "oauthget stopped before it used this response. Nothing was stored.",
	Hint:   "Start the login again in the terminal. You may close this tab.",
}

// tone selects the page's mark and colour.
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

func style() string { return pagestyle.CSS + pageCSS }

// policy allows the one style element, by its hash, and nothing else.
var policy = sync.OnceValue(func() string {
	style := sha256.Sum256([]byte(style()))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(style[:]) + "'; " +
		"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
})

var pageTemplate = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("page").Funcs(template.FuncMap{"spans": spans}).Parse(pageHTML))
})

// render returns the page as HTML.
func (p Page) render() []byte {
	var b bytes.Buffer
	err := pageTemplate().Execute(&b, struct {
		Page
		Tone  tone
		Style template.CSS
		Logo  template.HTML
	}{p, p.tone(), template.CSS(style()), pagestyle.Logo})
	if err != nil {
		panic(err) // page.html does not fit Page
	}
	return b.Bytes()
}

// span is a part of a text that is set in one way.
type span struct {
	Text string
	Code bool
}

// spans splits text at its backquotes. Every second part is code.
func spans(text string) []span {
	var all []span
	for i, part := range strings.Split(text, "`") {
		if part != "" {
			all = append(all, span{part, i%2 == 1})
		}
	}
	return all
}

// write answers with the page, or with the bare status if the page has no title. It returns when all of it has been passed to the
// system: the process may exit right after. The error is about the header: a browser that follows a redirect may end the
// connection before the rest.
func (p Page) write(w http.ResponseWriter, status int) error {
	contentType, body := "text/plain; charset=utf-8", []byte(http.StatusText(status)+"\n")
	if p.Title != "" {
		contentType, body = "text/html; charset=utf-8", p.render()
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
	// net/http reads the rest of a body before it closes the connection. The read deadline limits that.
	_ = controller.SetReadDeadline(time.Now().Add(deliveryTimeout))
	_ = controller.SetWriteDeadline(time.Now().Add(requestTimeout))
	w.WriteHeader(status)
	err := controller.Flush()
	_, _ = w.Write(body)
	_ = controller.Flush()
	return err
}
