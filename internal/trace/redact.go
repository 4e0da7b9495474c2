package trace

import (
	"encoding/json"
	"fmt"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/oauthget/oauthget/internal/parameter"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// redactor describes one exchange. It remembers the secrets of the request and the answer, because a server may repeat them in a
// member that is shown, such as error_description.
type redactor struct {
	secrets []token.Secret
	reason  string // of a refusal, which is shown
	shown   func(name string) bool
}

// shownHeaders contain no credentials. Names are in the form of [http.CanonicalHeaderKey]. Location is shown with its query
// redacted.
var shownHeaders = []string{
	"Accept", "Access-Control-Allow-Credentials", "Access-Control-Allow-Headers", "Access-Control-Allow-Methods",
	"Access-Control-Allow-Origin", "Access-Control-Expose-Headers", "Access-Control-Max-Age", "Allow", "Cache-Control",
	"Connection", "Content-Encoding", "Content-Language", "Content-Length", "Content-Type",
	"Cross-Origin-Embedder-Policy", "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy", "Date", "Expires",
	"Keep-Alive", "Last-Modified", "Location", "Pragma", "Referrer-Policy", "Retry-After", "Server",
	"Strict-Transport-Security", "Transfer-Encoding", "User-Agent", "Vary", "Via", "Www-Authenticate",
	"X-Content-Type-Options", "X-Frame-Options", "X-Xss-Protection",
}

// maxMembers is the number of parameters or members up to which a body is described, far above any in use. Each hidden one is
// searched for in each one that is shown.
const maxMembers = 200

func newRedactor(req *http.Request, body []byte) *redactor {
	r := &redactor{shown: parameter.Public}
	r.remember(req.URL.Query())
	r.rememberBody(req.Header.Get("Content-Type"), body)
	if _, password, ok := req.BasicAuth(); ok {
		r.add(password)
	}
	if _, credentials, ok := strings.Cut(req.Header.Get("Authorization"), " "); ok {
		r.add(credentials)
	}
	r.add(req.Header.Get("DPoP")) // a proof can be replayed for a while
	return r
}

func (r *redactor) remember(values url.Values) {
	for name, list := range values {
		if !r.shown(name) {
			for _, v := range list {
				r.add(v)
			}
		}
	}
}

// rememberAnswer remembers the secrets of an answer. It is called before any of the answer is described.
func (r *redactor) rememberAnswer(resp *http.Response, body []byte) {
	if u, err := url.Parse(resp.Header.Get("Location")); err == nil {
		r.remember(u.Query())
	}
	r.rememberBody(resp.Header.Get("Content-Type"), body)
}

func (r *redactor) rememberBody(contentType string, body []byte) {
	if !isForm(contentType) {
		r.rememberMembers(body, maxDepth)
	} else if form, err := url.ParseQuery(string(body)); err == nil && len(form) <= maxMembers {
		r.remember(form)
	}
}

// maxDepth bounds how deep objects in objects are searched for secrets.
const maxDepth = 4

func (r *redactor) rememberMembers(body []byte, depth int) {
	var object map[string]json.RawMessage
	if depth == 0 || json.Unmarshal(body, &object) != nil || len(object) > maxMembers {
		return
	}
	for name, raw := range object {
		var value string
		if json.Unmarshal(raw, &value) != nil {
			r.rememberMembers(raw, depth-1)
		} else if !r.shown(name) && value != r.reason {
			r.add(value)
		}
	}
}

// add adds a hidden value. Parts of it are masked too, so of a URL it adds only what can be secret: the server's own
// address is not.
func (r *redactor) add(value string) {
	if u, err := url.Parse(value); err == nil && u.Host != "" && (u.Scheme == "https" || u.Scheme == "http") {
		r.remember(u.Query())
		if u.RawQuery == "" {
			value = path.Base(u.Path)
		} else {
			return
		}
	}
	if len(value) >= token.MinShown {
		r.secrets = append(r.secrets, token.NewSecret(value))
	}
	if plain, err := url.QueryUnescape(value); err == nil && plain != value && len(plain) >= token.MinShown {
		r.secrets = append(r.secrets, token.NewSecret(plain))
	}
}

// Mask implements [untrusted.Masker].
func (r *redactor) Mask(text string) string {
	for _, s := range r.secrets {
		text = s.Mask(text)
	}
	return text
}

func (r *redactor) value(name, value string) string {
	if r.shown(name) {
		return untrusted.Text(value, r)
	}
	return token.NewSecret(value).Fingerprint()
}

func (r *redactor) url(u *url.URL) string { return join(r.target(u), r.form(u.Query())) }

// Target returns u without its query, as in [Exchange].
func Target(u *url.URL) string { return new(redactor).target(u) }

func (r *redactor) target(u *url.URL) string {
	shown := *u
	shown.RawQuery, shown.ForceQuery, shown.Fragment, shown.RawFragment, shown.User = "", false, "", "", nil
	decoded := shown
	decoded.RawPath = "" // an echo with %63 in place of c would not be masked
	if untrusted.Mask(decoded.String(), r) != decoded.String() {
		shown = decoded
	}
	return untrusted.Text(shown.String(), r)
}

func join(target string, query []Field) string {
	separator := "?"
	for _, f := range query {
		target += separator + f.Name + "=" + f.Value
		separator = "&"
	}
	return target
}

func (r *redactor) form(values url.Values) []Field {
	var list []Field
	for _, name := range slices.Sorted(maps.Keys(values)) {
		for _, v := range values[name] {
			list = append(list, Field{untrusted.Text(name, r), r.value(name, v), !r.shown(name)})
		}
	}
	return list
}

func (r *redactor) message(h http.Header, body []byte) Message {
	var m Message
	for _, name := range slices.Sorted(maps.Keys(h)) {
		for _, v := range h[name] {
			value, hidden := r.headerValue(name, v)
			m.Header = append(m.Header, Field{untrusted.Text(name, r), value, hidden})
		}
	}
	m.Body = r.body(h.Get("Content-Type"), body)
	return m
}

func (r *redactor) headerValue(name, v string) (text string, hidden bool) {
	if name == "Location" {
		if u, err := url.Parse(v); err == nil {
			return r.url(u), false
		}
		return token.NewSecret(v).Fingerprint(), true
	}
	if slices.Contains(shownHeaders, name) {
		return untrusted.Text(v, r), false
	}
	if scheme, credentials, ok := strings.Cut(v, " "); ok && name == "Authorization" {
		return untrusted.Text(scheme) + " " + token.NewSecret(credentials).Fingerprint(), true
	}
	return token.NewSecret(v).Fingerprint(), true
}

func (r *redactor) body(contentType string, body []byte) Body {
	media, _, _ := mime.ParseMediaType(contentType)
	b := Body{Type: untrusted.Text(media, r), Size: len(body)}
	var object map[string]json.RawMessage
	switch {
	case isForm(contentType):
		if form, err := url.ParseQuery(string(body)); err == nil && len(form) <= maxMembers {
			b.Fields, b.IsForm = r.form(form), true
			return b
		}
	case json.Unmarshal(body, &object) == nil && len(object) <= maxMembers:
		for _, name := range slices.Sorted(maps.Keys(object)) {
			value, hidden := r.member(name, object[name])
			b.Fields = append(b.Fields, Field{untrusted.Text(name, r), value, hidden})
		}
		return b
	}
	b.Opaque = len(body) > 0
	return b
}

// member describes one JSON member. Nested objects are hidden as a whole, since no list has the names in them.
func (r *redactor) member(name string, raw json.RawMessage) (shown string, isHidden bool) {
	hidden := fmt.Sprintf("[%d bytes, not shown]", len(raw))
	var text string
	var list []string
	switch {
	case raw[0] == '"' && json.Unmarshal(raw, &text) == nil:
		// Decoded first: an echo with \u0063 in place of c would not be masked.
		if !r.shown(name) {
			return token.NewSecret(text).Fingerprint(), true
		}
		return untrusted.Quote(text, r), false
	case string(raw) == "true" || string(raw) == "false":
		return string(raw), false // one of two values is no secret
	case !r.shown(name), raw[0] == '{':
		return hidden, true
	case raw[0] == '[':
		if json.Unmarshal(raw, &list) != nil {
			return hidden, true
		}
		for i := range list {
			list[i] = untrusted.Quote(list[i], r)
		}
		return untrusted.Text("["+strings.Join(list, ",")+"]", r), false
	}
	return untrusted.Text(string(raw), r), false
}

func isForm(contentType string) bool {
	media, _, err := mime.ParseMediaType(contentType)
	return err == nil && media == "application/x-www-form-urlencoded"
}
