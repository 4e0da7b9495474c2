package demoas

import (
	"cmp"
	"crypto/rand"
	"embed"
	"html"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

//go:embed pages/*.html
var pages embed.FS

// markup is HTML of our own. Everything else that goes into a page is text and is escaped.
type markup string

// fill puts values in for the {names} of a page; pairs are name, value, name, value.
//
// html/template would do it too, and cost the program two megabytes: it finds methods by name, for which the linker
// keeps every exported method of every type. A Replacer does not look at what it has put in, so no value can name another.
func fill(page string, pairs ...any) markup {
	data, err := pages.ReadFile("pages/" + page + ".html")
	if err != nil {
		panic(err) // a page that is not part of the program is a mistake of ours
	}
	var replacements []string
	for i := 0; i < len(pairs); i += 2 {
		value, trusted := pairs[i+1].(markup)
		if !trusted {
			value = escape(pairs[i+1].(string))
		}
		replacements = append(replacements, "{"+pairs[i].(string)+"}", string(value))
	}
	return markup(strings.NewReplacer(replacements...).Replace(strings.TrimSuffix(string(data), "\n")))
}

func escape(text string) markup { return markup(html.EscapeString(text)) }

func (s *Server) showLogin(w http.ResponseWriter, it interaction, problem string) {
	user := cmp.Or(cleanUserName(it.request.loginHint), defaultUser)
	if problem != "" {
		user = ""
	}
	status, invalid, note := problemNote(problem)
	body := fill("login", "client", it.request.client.displayName(), "user", user, "invalid", invalid, "problem", note)
	s.show(w, showing{status: status, title: "Sign in", formEnd: s.formEnd(it.request)}, body)
}

// problemNote is what a page bears that is shown again since something is wrong with what was typed; empty where nothing is.
func problemNote(problem string) (status int, invalid, note markup) {
	if problem == "" {
		return http.StatusOK, "", ""
	}
	return http.StatusUnprocessableEntity, ` aria-invalid="true" aria-describedby="problem"`,
		`<p class="problem" id="problem" role="alert">` + escape(problem) + "</p>"
}

func (s *Server) showDone(w http.ResponseWriter, title, message string) {
	s.show(w, showing{status: http.StatusOK, title: title}, fill("done", "title", title, "message", message))
}

func (s *Server) showConsent(w http.ResponseWriter, it interaction) {
	req := it.request
	first, _ := utf8.DecodeRuneInString(it.login.user)
	var scopes markup
	for _, scope := range req.scopes {
		scopes += fill("scope", "words", scopeInWords(scope), "name", scope)
	}
	body := fill("consent",
		"client", req.client.displayName(), "initial", string(unicode.ToUpper(first)), "user", it.login.user,
		"full name", fullName(it.login.user), "scopes", scopes, "audience", audienceNote(req.audience)+detailsNote(req.details), "answer", answerNote(req))
	s.show(w, showing{status: http.StatusOK, title: "Allow access", formEnd: s.formEnd(req)}, body)
}

// answerNote says where the answer goes.
func answerNote(req authorizationRequest) markup {
	if req.device != nil {
		return fill("device_answer", "user code", req.device.userCode)
	}
	where := ""
	if slices.Contains(loopbackHosts, req.redirectURI.Hostname()) {
		where = ", a program on this computer. Allow it only if you have just started it"
	}
	return fill("return", "return to", cmp.Or(req.redirectURI.Host, req.redirectURI.Scheme+":"), "where", where)
}

// formEnd is where the forms of a request lead in the end.
func (s *Server) formEnd(req authorizationRequest) *url.URL {
	if req.device != nil {
		return s.issuer
	}
	return req.redirectURI
}

func audienceNote(audience []string) markup {
	if len(audience) == 0 {
		return ""
	}
	codes := make([]string, len(audience))
	for i, a := range audience {
		codes[i] = "<code>" + string(escape(a)) + "</code>"
	}
	return markup(`<p class="note">The access is meant for ` + strings.Join(codes, ", ") + ".</p>")
}

func detailsNote(details []detail) markup {
	if len(details) == 0 {
		return ""
	}
	var kinds []string
	for _, d := range details {
		kinds = append(kinds, "<code>"+string(escape(d["type"].(string)))+"</code>")
	}
	return markup(`<p class="note">It asks in detail for ` + strings.Join(kinds, ", ") + ".</p>")
}

// showError shows what is wrong where the client cannot be told. detail is quoted from the request.
func (s *Server) showError(w http.ResponseWriter, status int, message, detail string) {
	if len(detail) > maxDetail {
		detail = strings.ToValidUTF8(detail[:maxDetail], "") + "…"
	}
	quoted := markup("")
	if detail != "" {
		quoted = `<p class="detail"><code>` + escape(detail) + "</code></p>"
	}
	const title = "This cannot go on"
	s.show(w, showing{status: status, title: title}, fill("error", "title", title, "message", message, "detail", quoted))
}

// maxDetail is in bytes.
const maxDetail = 200

func (s *Server) showHome(w http.ResponseWriter, _ *http.Request) {
	const title = "Demo authorization server"
	s.show(w, showing{status: http.StatusOK, title: title}, fill("home",
		"title", title, "issuer", s.Issuer(), "metadata", s.url("/.well-known/openid-configuration"), "api", s.APIURL()))
}

// showing says how a page is shown.
type showing struct {
	status  int
	title   string
	formEnd *url.URL // where the page's form leads in the end; nil where the page has none
	nonce   string   // of the page's script; empty where the page has none
}

func (s *Server) show(w http.ResponseWriter, how showing, body markup) {
	nonce, script := cmp.Or(how.nonce, rand.Text()), "" // of the one style element, too
	if how.nonce != "" {
		script = "; script-src 'nonce-" + nonce + "'"
	}
	formAction := "'none'"
	if how.formEnd != nil {
		formAction = "'self' " + redirectSource(how.formEnd)
	}
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'nonce-"+nonce+"'"+script+"; form-action "+formAction+
		"; base-uri 'none'; frame-ancestors 'none'")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(how.status)
	_, _ = io.WriteString(w, string(fill("layout", "title", how.title, "nonce", nonce, "body", body))) // fails only where the browser has gone
}
