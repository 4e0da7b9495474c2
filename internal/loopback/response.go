package loopback

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// responseParameters are the parameters of an authorization response that are read: RFC 6749 §4.1.2 and §4.1.2.1, RFC 9207 §2,
// and response of JARM §2.3.
var responseParameters = []string{"code", "state", "error", "error_description", "error_uri", "iss", "response"}

// refusal is the answer to a request that did not end the wait.
type refusal struct {
	status int
	page   Page
	reason string // of a response that cannot be read; contains nothing of it
}

func notTheAnswer(reason, detail string) *refusal {
	return &refusal{
		status: http.StatusBadRequest,
		reason: reason,
		page: Page{
			Title:  "This is not the answer oauthget waits for",
			Detail: detail,
			Hint:   "The login goes on. Continue in the tab it was started in, or start again in the terminal.",
		},
	}
}

// parse reads and checks an authorization response from a query string or a form.
func (l *Listener) parse(encoded string) (url.Values, *refusal) {
	response, err := url.ParseQuery(encoded)
	if err != nil {
		return nil, notTheAnswer("parameters that cannot be decoded", "The address in this tab is damaged.")
	}
	if refused := checkOnce(response); refused != nil {
		return nil, refused
	}
	if l.options.Unwrap != nil {
		if response, err = l.options.Unwrap(response); err != nil {
			return nil, notTheAnswer("a response that cannot be unwrapped", "What the authorization server sent here cannot be read.")
		}
		if refused := checkOnce(response); refused != nil {
			return nil, refused
		}
	}
	return response, l.judge(response)
}

func checkOnce(response url.Values) *refusal {
	// "Request and response parameters MUST NOT be included more than once." RFC 6749 §3.1
	for _, name := range responseParameters {
		if len(response[name]) > 1 {
			return notTheAnswer("a repeated "+name+" parameter", "The address in this tab names "+name+" more than once, which no authorization server may do.")
		}
	}
	return nil
}

func (l *Listener) judge(response url.Values) *refusal {
	// "The client MUST implement CSRF protection for its redirection URI." RFC 6749 §10.12
	if !l.stateIs(response.Get("state")) {
		return notTheAnswer("a wrong or missing state", "The address in this tab belongs to another login, perhaps an earlier one.")
	}
	// "Parameters sent without a value MUST be treated as if they were omitted from the request." RFC 6749 §3.1
	hasCode, hasError := response.Get("code") != "", response.Get("error") != ""
	switch {
	case hasCode && hasError:
		return notTheAnswer("both a code and an error", "The address in this tab says both that the login succeeded and that it failed.")
	case !hasCode && !hasError:
		return notTheAnswer("neither a code nor an error", "The address in this tab says neither that the login succeeded nor that it failed.")
	}
	return nil
}

// Deliver accepts an authorization response that the user copied from the browser's address bar, if the browser runs on a machine
// that cannot reach this port. It accepts the whole address, its query, or CODE#STATE as some pages show it, unless
// Options.WholeAddress is set. It is checked like a request, and ends the wait. The error contains nothing of what was pasted.
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
