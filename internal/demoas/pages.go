package demoas

import (
	"cmp"
	"crypto/rand"
	_ "embed"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

//go:embed pages.html
var pagesSource string

// pages parses at the first use: the demo server is linked into a program that hardly ever needs it.
var pages = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("pages").Parse(pagesSource))
})

// page is what every page shows.
type page struct {
	Nonce string // of the one style element
	Title string
	Body  any
}

type loginPage struct {
	Client, User, Problem string
}

type consentPage struct {
	Client, User, FullName, Initial string
	Scopes                          []scopeLine
	Audience                        []string
	ReturnTo                        string
	OnThisComputer                  bool
}

type scopeLine struct{ Name, Words string }

type errorPage struct{ Message, Detail string }

type homePage struct{ Issuer, Metadata, API string }

func (s *Server) showLogin(w http.ResponseWriter, it interaction, problem string) {
	status := http.StatusOK
	if problem != "" {
		status = http.StatusUnprocessableEntity
	}
	s.show(w, showing{"login", status, it.request.redirectURI}, page{
		Title: "Sign in",
		Body: loginPage{
			Client: it.request.client.displayName(), Problem: problem,
			User: cmp.Or(cleanUserName(it.request.loginHint), defaultUser),
		},
	})
}

func (s *Server) showConsent(w http.ResponseWriter, it interaction) {
	req := it.request
	first, _ := utf8.DecodeRuneInString(it.login.user)
	body := consentPage{
		Client: req.client.displayName(), User: it.login.user, FullName: fullName(it.login.user),
		Initial: string(unicode.ToUpper(first)), Audience: req.audience, ReturnTo: req.redirectURI.Host,
		OnThisComputer: slices.Contains(loopbackHosts, req.redirectURI.Hostname()),
	}
	if body.ReturnTo == "" {
		body.ReturnTo = req.redirectURI.Scheme + ":"
	}
	for _, scope := range req.scopes {
		body.Scopes = append(body.Scopes, scopeLine{scope, scopeInWords(scope)})
	}
	s.show(w, showing{"consent", http.StatusOK, req.redirectURI}, page{Title: "Allow access", Body: body})
}

// showError shows what is wrong where the client cannot be told. detail is quoted from the request.
func (s *Server) showError(w http.ResponseWriter, status int, message, detail string) {
	if len(detail) > maxDetail {
		detail = strings.ToValidUTF8(detail[:maxDetail], "") + "…"
	}
	s.show(w, showing{"error", status, nil}, page{Title: "This cannot go on", Body: errorPage{message, detail}})
}

// maxDetail is in bytes.
const maxDetail = 200

func (s *Server) showHome(w http.ResponseWriter, _ *http.Request) {
	s.show(w, showing{"home", http.StatusOK, nil}, page{
		Title: "Demo authorization server",
		Body:  homePage{s.Issuer(), s.url("/.well-known/openid-configuration"), s.APIURL()},
	})
}

// showing says how a page is shown.
type showing struct {
	template string
	status   int
	formEnd  *url.URL // where the page's form leads in the end; nil where the page has none
}

func (s *Server) show(w http.ResponseWriter, how showing, p page) {
	p.Nonce = rand.Text()
	formAction := "'none'"
	if how.formEnd != nil {
		formAction = "'self' " + redirectSource(how.formEnd)
	}
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'nonce-"+p.Nonce+"'; form-action "+formAction+
		"; base-uri 'none'; frame-ancestors 'none'")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(how.status)
	_ = pages().ExecuteTemplate(w, how.template, p) // fails only where the browser has gone
}
