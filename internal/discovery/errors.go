package discovery

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/oauthget/oauthget/internal/untrusted"
)

// IssuerError says that what was given cannot be an issuer identifier; nothing was asked of anybody.
type IssuerError struct{ Err error }

func (e *IssuerError) Error() string { return e.Err.Error() }

func (e *IssuerError) Unwrap() error { return e.Err }

// NotFoundError says that none of the places where an issuer's metadata may be published has any. The issuer may be
// misspelt, or the server publishes none and its endpoints have to be configured.
type NotFoundError struct {
	Issuer string
	Tried  []Attempt // in the order asked
}

// Attempt is one place that was asked and what it answered.
type Attempt struct {
	URL    string
	Answer string // a status such as "404 Not Found", or what the body was instead of metadata
}

func (e *NotFoundError) Error() string {
	tried := make([]string, len(e.Tried))
	for i, a := range e.Tried {
		tried[i] = a.URL + " answered " + a.Answer
	}
	return fmt.Sprintf("%s publishes none: %s", untrusted.Quote(e.Issuer), strings.Join(tried, "; "))
}

// IssuerMismatchError says that the metadata at an issuer's own place is that of another issuer.
type IssuerMismatchError struct {
	Source string // the URL of the document
	Want   string // the issuer that was asked for
	Got    string // the one the document names, as sent
}

func (e *IssuerMismatchError) Error() string {
	s := fmt.Sprintf("%s names the issuer %s, not %s", e.Source, untrusted.Quote(e.Got), untrusted.Quote(e.Want))
	switch {
	case strings.TrimSuffix(e.Got, "/") == strings.TrimSuffix(e.Want, "/"):
		s += ": only the final slash differs, write it as the server does"
	case strings.Contains(e.Got, "{"):
		// Microsoft's documents for "common" and "organizations" say {tenantid}.
		s += ": that is a template, write your own tenant's issuer"
	}
	return s
}

// statusError is an answer other than 200.
type statusError struct{ code int }

// Error names the status in the standard's words: the reason phrase on the line is the server's.
func (e *statusError) Error() string {
	return strings.TrimSpace(strconv.Itoa(e.code) + " " + http.StatusText(e.code))
}
