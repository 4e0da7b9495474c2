package demoas

import (
	"bytes"
	"cmp"
	"crypto/rand"
	"embed"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/oauthget/oauthget/internal/pagestyle"
)

//go:embed pages/*.html
var pageFiles embed.FS

//go:embed pages/demo.css
var pageCSS string

var pageTemplates = sync.OnceValue(func() *template.Template {
	all := template.New("").Option("missingkey=error").Funcs(template.FuncMap{"inWords": scopeInWords})
	return template.Must(all.ParseFS(pageFiles, "pages/*.html"))
})

// content is the data of a page. show adds Title, Nonce, Style and Logo.
type content map[string]any

// showLogin shows the login page. problem is what is wrong with the name that was typed; empty at first.
func (s *Server) showLogin(w http.ResponseWriter, it interaction, problem string) {
	status, user := http.StatusOK, cmp.Or(cleanUserName(it.request.LoginHint), DefaultUser)
	if problem != "" {
		status, user = http.StatusUnprocessableEntity, ""
	}
	s.show(w, showing{page: "login", status: status, title: "Sign in", formEnd: s.formEnd(it.request)}, content{
		"Client": it.request.Client.displayName(), "User": user, "Problem": problem,
	})
}

func (s *Server) showConsent(w http.ResponseWriter, it interaction) {
	req := it.request
	first, _ := utf8.DecodeRuneInString(it.login.User)
	data := content{
		"Client": req.Client.displayName(), "Initial": string(unicode.ToUpper(first)), "User": it.login.User,
		"FullName": fullName(it.login.User), "Scopes": req.Scopes, "Audience": req.Audience, "Note": req.Note, "ReturnTo": "",
	}
	if to := req.RedirectURI; to != nil {
		data["ReturnTo"] = cmp.Or(to.Host, to.Scheme+":")
		data["Loopback"] = slices.Contains(loopbackHosts, to.Hostname())
	}
	s.show(w, showing{page: "consent", status: http.StatusOK, title: "Allow access", formEnd: s.formEnd(req)}, data)
}

// formEnd returns where the forms of a request lead in the end.
func (s *Server) formEnd(req AuthorizationRequest) *url.URL { return cmp.Or(req.RedirectURI, s.issuer) }

// maxDetail is in bytes.
const maxDetail = 200

// ShowError shows an error to the person. detail is quoted from the request; it may be empty.
func (s *Server) ShowError(w http.ResponseWriter, status int, message, detail string) {
	if len(detail) > maxDetail {
		detail = strings.ToValidUTF8(detail[:maxDetail], "") + "…"
	}
	s.show(w, showing{page: "error", status: status, title: "This request failed"}, content{"Message": message, "Detail": detail})
}

func (s *Server) showHome(w http.ResponseWriter, _ *http.Request) {
	s.show(w, showing{page: "home", status: http.StatusOK, title: "Demo authorization server"}, content{
		"Issuer": s.Issuer(), "Metadata": s.URL("/.well-known/openid-configuration"), "API": s.APIURL(),
	})
}

// showing is how a page is shown.
type showing struct {
	page    string // its template, without .html
	status  int
	title   string
	formEnd *url.URL // where the page's form leads in the end; nil if it has none
}

func (s *Server) show(w http.ResponseWriter, how showing, data content) {
	formAction := "'none'"
	if how.formEnd != nil {
		formAction = "'self' " + redirectSource(how.formEnd)
	}
	nonce := rand.Text()
	data["Title"], data["Nonce"] = how.title, nonce
	data["Style"], data["Logo"] = template.CSS(pagestyle.CSS+pageCSS), pagestyle.Logo
	var body bytes.Buffer
	if err := pageTemplates().ExecuteTemplate(&body, how.page+".html", data); err != nil {
		panic(err) // the template does not fit its data
	}
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'nonce-"+nonce+"'; form-action "+formAction+
		"; base-uri 'none'; frame-ancestors 'none'")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(how.status)
	_, _ = w.Write(body.Bytes()) // fails only if the browser is gone
}
