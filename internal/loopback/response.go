package loopback

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/oauthget/oauthget/internal/ascii"
)

// responseParameters are the parameters of an authorization response that are read: RFC 6749 §4.1.2 and §4.1.2.1, RFC 9207 §2,
// and response of JARM §2.3.
var responseParameters = []string{"code", "state", "error", "error_description", "error_uri", "iss", "response"}

// MalformedError reports a response with the right state that is none of RFC 6749 §4.1.2: neither a code nor an error, or both,
// or one of them twice. Some servers refuse in parameters of their own.
type MalformedError struct {
	Problem  string
	Response url.Values
}

func (e *MalformedError) Error() string { return e.Problem + "; it has " + names(e.Response) }

// names lists the names of the parameters. Anything too long or odd for a name, or without a value, may be a secret, and is only
// counted.
func names(response url.Values) string {
	var shown []string
	for _, name := range slices.Sorted(maps.Keys(response)) {
		known := slices.Contains(responseParameters, name)
		if (known || isName(name) && strings.Trim(response.Get(name), "=") != "") && len(shown) < maxNames {
			shown = append(shown, name)
		}
	}
	if others := len(response) - len(shown); others > 0 {
		shown = append(shown, strconv.Itoa(others)+" with unusual names")
	}
	if len(shown) == 0 {
		return "no parameters"
	}
	return "the parameters " + strings.Join(shown, ", ")
}

const maxNames = 10

func isName(s string) bool {
	word := !strings.ContainsFunc(s, func(r rune) bool { return !ascii.IsAlphanumeric(r) && !strings.ContainsRune("_-.", r) })
	return s != "" && len(s) <= 24 && word && (len(s) <= 12 || !strings.ContainsAny(s, "0123456789"))
}

// refusal is the answer to a request that did not end the wait.
type refusal struct {
	status int
	page   Page
	kind   string // in constant words; empty for requests that are not worth a word
	reason string // contains no value of the request
}

func notTheAnswer(kind, reason, detail string) *refusal {
	return &refusal{
		status: http.StatusBadRequest,
		kind:   kind,
		reason: reason,
		page: Page{
			neutral: true,
			Title:   "This is not the answer oauthget waits for",
			Detail:  detail,
			Hint:    "The login goes on. Continue in the tab it was started in, or start again in the terminal.",
		},
	}
}

// response is what ended the wait.
type response struct {
	params    url.Values
	malformed *MalformedError // nil for a good one
}

// parse reads and checks an authorization response from a query string or a form.
func (l *Listener) parse(encoded string) (response, *refusal) {
	params, err := url.ParseQuery(encoded) // params are those that can be decoded
	problem := repeated(params)
	if err != nil {
		problem = "its parameters cannot be decoded"
	}
	if l.options.Unwrap != nil {
		const detail = "What the authorization server sent here cannot be read."
		if problem != "" {
			return response{}, notTheAnswer("malformed", problem, detail)
		}
		if params, err = l.options.Unwrap(params); err != nil {
			return response{}, notTheAnswer("", "it cannot be read", detail)
		}
		problem = repeated(params)
	}
	// "The client MUST implement CSRF protection for its redirection URI." RFC 6749 §10.12
	if states := params["state"]; len(states) != 1 || !l.stateIs(states[0]) {
		kind := "it has no state"
		if params.Get("state") != "" {
			kind = "it has the state of another login"
		}
		return response{}, notTheAnswer(kind, kind+"; it has "+names(params), "The address in this tab belongs to another login, perhaps an earlier one.")
	}
	// "Parameters sent without a value MUST be treated as if they were omitted from the request." RFC 6749 §3.1
	hasCode, hasError := params.Get("code") != "", params.Get("error") != ""
	switch {
	case problem != "":
	case hasCode && hasError:
		problem = "it has both a code and an error"
	case !hasCode && !hasError:
		problem = "it has neither a code nor an error"
	default:
		return response{params: params}, nil
	}
	return response{params, &MalformedError{problem, params}}, nil
}

// repeated says which parameter is repeated: "Request and response parameters MUST NOT be included more than once." RFC 6749
// §3.1
func repeated(params url.Values) string {
	for _, name := range responseParameters {
		if len(params[name]) > 1 {
			return "it has the parameter " + name + " more than once"
		}
	}
	return ""
}

// Deliver accepts an authorization response that the user copied from the browser's address bar, if the browser runs on a machine
// that cannot reach this port. It accepts the whole address, its query, or CODE#STATE as some pages show it, unless
// Options.WholeAddress is set. It is checked like a request, and ends the wait. The error contains no value of what was pasted.
func (l *Listener) Deliver(pasted string) error {
	// A terminal may have wrapped the address. A URL contains no white space.
	pasted = strings.Trim(strings.Join(strings.Fields(pasted), ""), `"'<>`)
	if len(pasted) > headerLimit {
		return errors.New("read the pasted address: it is too long")
	}
	query := strings.TrimPrefix(pasted, "?")
	if code, state, ok := strings.Cut(pasted, "#"); ok && !strings.Contains(pasted, "state=") && !strings.Contains(pasted, "://") {
		if l.options.WholeAddress {
			return errors.New("read the pasted address: this server's response has more than a code and a state; paste the whole address")
		}
		query = url.Values{"code": {code}, "state": {state}}.Encode()
	}
	if strings.Contains(pasted, "://") {
		u, err := url.Parse(pasted)
		if err != nil || !l.isRedirectURI(u) {
			return errors.New("read the pasted address: it does not begin with the redirect URI")
		}
		query = u.RawQuery
	}
	response, refused := l.parse(query)
	if refused != nil {
		return fmt.Errorf("read the pasted address: %s", refused.reason)
	}
	if response.malformed != nil { // perhaps only in part of what was to be copied
		return fmt.Errorf("read the pasted address: %w", response.malformed)
	}
	l.receive(response)
	return nil
}

func (l *Listener) isRedirectURI(u *url.URL) bool {
	return strings.EqualFold(u.Scheme, l.redirectURI.Scheme) &&
		slices.Contains(l.hosts, strings.ToLower(u.Host)) &&
		pathOf(u) == pathOf(l.redirectURI)
}

// pathOf returns the path as a browser requests it.
func pathOf(u *url.URL) string {
	if u.Path == "" {
		return "/"
	}
	return u.EscapedPath()
}
