package discovery

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/oauthget/oauthget/internal/origin"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// IssuerError reports a value that cannot be an issuer identifier. No request was sent.
type IssuerError struct{ Err error }

func (e *IssuerError) Error() string { return e.Err.Error() }

func (e *IssuerError) Unwrap() error { return e.Err }

// NotFoundError reports that no metadata was found at any of the usual places. The issuer may be misspelt, or its
// server publishes no metadata and the endpoints must be configured.
type NotFoundError struct {
	Issuer string
	Tried  []Attempt // in order
}

// Attempt is one place that was tried.
type Attempt struct {
	URL    string
	Answer string // a status such as "404 Not Found", or what the body was
}

func (e *NotFoundError) Error() string {
	var answers []string
	places := map[string][]string{} // by answer
	for _, a := range e.Tried {
		if places[a.Answer] == nil {
			answers = append(answers, a.Answer)
		}
		places[a.Answer] = append(places[a.Answer], e.place(a.URL))
	}
	for i, answer := range answers {
		at := strings.Join(places[answer], " and ")
		if n := len(places[answer]); n > 2 {
			at = fmt.Sprintf("%d well-known addresses of it", n)
		}
		answers[i] = at + " answered " + answer
	}
	return fmt.Sprintf("none found for %s: %s", untrusted.Quote(e.Issuer), strings.Join(answers, "; "))
}

// place is the path of a URL at the issuer's server, and the whole URL of another.
func (e *NotFoundError) place(text string) string {
	issuer, err := url.Parse(e.Issuer)
	u, failed := url.Parse(text)
	if err != nil || failed != nil || !origin.Same(issuer, u) {
		return text
	}
	return u.RequestURI()
}

// MemberError reports a member of the metadata that is needed and cannot be used.
type MemberError struct {
	Name   string
	Reason string // continues the name
}

func (e *MemberError) Error() string { return e.Name + " " + e.Reason }

// IssuerMismatchError reports metadata that names another issuer than the one asked for.
type IssuerMismatchError struct {
	Source string // the URL of the document
	Want   string // the issuer that was asked for
	Got    string // the one that the document names, as sent
}

func (e *IssuerMismatchError) Error() string {
	s := fmt.Sprintf("%s names the issuer %s, not %s", e.Source, untrusted.Quote(e.Got), untrusted.Quote(e.Want))
	switch {
	case strings.TrimSuffix(e.Got, "/") == strings.TrimSuffix(e.Want, "/"):
		s += ": only the final slash differs"
	case strings.Contains(e.Got, "{"):
		// Microsoft's documents for "common" and "organizations" say {tenantid}.
		s += ": that is a template for your own tenant's issuer"
	}
	return s
}

// statusError is an answer other than 200.
type statusError struct{ code int }

// Error uses the standard's reason phrase, not the server's.
func (e *statusError) Error() string {
	return strings.TrimSpace(strconv.Itoa(e.code) + " " + http.StatusText(e.code))
}
