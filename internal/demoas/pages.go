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
)

//go:embed pages/*.html
var pageFiles embed.FS

var pageTemplates = sync.OnceValue(func() *template.Template {
	all := template.New("").Option("missingkey=error").Funcs(template.FuncMap{"inWords": scopeInWords})
	return template.Must(all.ParseFS(pageFiles, "pages/*.html"))
})

// content is the data of a page. show adds Title and Nonce.
type content map[string]any

func (s *Server) showLogin(w http.ResponseWriter, it interaction, problem string) {
	user := cmp.Or(cleanUserName(it.request.loginHint), defaultUser)
	if problem != "" {
		user = ""
	}
	s.show(w, showing{page: "login", status: statusOf(problem), title: "Sign in", formEnd: s.formEnd(it.request)}, content{
		"Client": it.request.client.displayName(), "User": user, "Problem": problem,
	})
}

// statusOf is the status of a form: problem is what is wrong with what was typed, empty at first.
func statusOf(problem string) int {
	if problem == "" {
		return http.StatusOK
	}
	return http.StatusUnprocessableEntity
}

func (s *Server) showDone(w http.ResponseWriter, title, message string) {
	s.show(w, showing{page: "done", status: http.StatusOK, title: title}, content{"Message": message})
}

func (s *Server) showConsent(w http.ResponseWriter, it interaction) {
	req := it.request
	first, _ := utf8.DecodeRuneInString(it.login.user)
	data := content{
		"Client": req.client.displayName(), "Initial": string(unicode.ToUpper(first)), "User": it.login.user,
		"FullName": fullName(it.login.user), "Scopes": req.scopes, "Audience": req.audience, "Details": req.details,
		"UserCode": "",
	}
	if req.device != nil {
		data["UserCode"] = req.device.userCode
	} else {
		data["ReturnTo"] = cmp.Or(req.redirectURI.Host, req.redirectURI.Scheme+":")
		data["Loopback"] = slices.Contains(loopbackHosts, req.redirectURI.Hostname())
	}
	s.show(w, showing{page: "consent", status: http.StatusOK, title: "Allow access", formEnd: s.formEnd(req)}, data)
}

// formEnd is where the forms of a request lead in the end.
func (s *Server) formEnd(req authorizationRequest) *url.URL {
	if req.device != nil {
		return s.issuer
	}
	return req.redirectURI
}

// showError shows what is wrong where the client cannot be told. detail is quoted from the request.
func (s *Server) showError(w http.ResponseWriter, status int, message, detail string) {
	if len(detail) > maxDetail {
		detail = strings.ToValidUTF8(detail[:maxDetail], "") + "…"
	}
	s.show(w, showing{page: "error", status: status, title: "This cannot go on"}, content{"Message": message, "Detail": detail})
}

// maxDetail is in bytes.
const maxDetail = 200

func (s *Server) showHome(w http.ResponseWriter, _ *http.Request) {
	s.show(w, showing{page: "home", status: http.StatusOK, title: "Demo authorization server"}, content{
		"Issuer": s.Issuer(), "Metadata": s.url("/.well-known/openid-configuration"), "API": s.APIURL(),
	})
}

// showing says how a page is shown.
type showing struct {
	page    string // its template, without .html
	status  int
	title   string
	formEnd *url.URL // where the page's form leads in the end; nil where the page has none
	script  bool     // whether the page has a script
}

func (s *Server) show(w http.ResponseWriter, how showing, data content) {
	nonce, script := rand.Text(), ""
	if how.script {
		script = "; script-src 'nonce-" + nonce + "'"
	}
	formAction := "'none'"
	if how.formEnd != nil {
		formAction = "'self' " + redirectSource(how.formEnd)
	}
	data["Title"], data["Nonce"] = how.title, nonce
	var body bytes.Buffer
	if err := pageTemplates().ExecuteTemplate(&body, how.page+".html", data); err != nil {
		panic(err) // the template does not fit its data
	}
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'nonce-"+nonce+"'"+script+"; form-action "+formAction+
		"; base-uri 'none'; frame-ancestors 'none'")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(how.status)
	_, _ = w.Write(body.Bytes()) // fails only where the browser has gone
}
