// Package trace describes HTTP exchanges in a form that is safe to paste into a bug report.
//
// It uses an allow list: a parameter, member or header is shown if its name is known to hold no secret. Every other value is
// replaced by a fingerprint. A deny list would show the first secret that is missing from it. The package changes nothing in
// the exchange that it describes.
package trace

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/oauthget/oauthget/internal/parameter"
	"github.com/oauthget/oauthget/internal/refusal"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// Exchange is a request and its outcome. All of its texts are safe to show.
type Exchange struct {
	Started  time.Time
	Took     time.Duration
	Request  Message
	Response Message // empty if Failed is set
	Method   string
	Target   string // the URL without its query
	Query    []Field
	Status   int
	Failed   string // why there was no answer; empty if there was one
	Reason   string // why the server refused, unless an error_description says so; may be empty
}

// URL returns the URL of the request, with its query.
func (e Exchange) URL() string { return join(e.Target, e.Query) }

// Message is a request or a response.
type Message struct {
	Header []Field
	Body   Body
}

// Field is a header field, a parameter or a member.
type Field struct {
	Name, Value string
	Hidden      bool // Value is a fingerprint, or the size of what is hidden
}

// Body is a body, as far as its type is known.
type Body struct {
	Type   string // the media type
	Size   int    // in bytes
	Fields []Field
	IsForm bool // the fields are from a form, else from a JSON object
	Opaque bool // neither of them; nothing is shown
}

// Record returns a transport that calls base, and then tell with each exchange that is over. Bodies are read whole, so base must
// limit them.
func Record(base http.RoundTripper, tell func(Exchange)) http.RoundTripper {
	return recorder{base, tell}
}

type recorder struct {
	base http.RoundTripper
	tell func(Exchange)
}

// RoundTrip implements [http.RoundTripper].
func (t recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	var sent []byte
	if req.GetBody != nil {
		if body, err := req.GetBody(); err == nil {
			sent, _ = io.ReadAll(body)
			_ = body.Close()
		}
	}
	seen := newRedactor(req, sent)
	e := Exchange{
		Started: time.Now(), Method: req.Method, Target: seen.target(req.URL), Query: seen.form(req.URL.Query()),
		Request: seen.message(req.Header, sent),
	}
	resp, err := t.base.RoundTrip(req)
	e.Took = time.Since(e.Started).Round(time.Millisecond)
	if err != nil {
		e.Failed = untrusted.Text(untrusted.Network(req.Context(), err).Error(), seen)
		t.tell(e)
		return nil, err
	}
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	resp.Body = &replay{Reader: bytes.NewReader(body), err: err}
	if resp.StatusCode >= http.StatusBadRequest {
		seen.reason = refusal.Read(resp.Header.Get("Content-Type"), body).Description
	}
	// What a GET without credentials returns is no secret and is not masked elsewhere: the metadata of one large server has its
	// own domain in a member that is on no list.
	if req.Method == http.MethodGet && req.Header.Get("Authorization") == "" {
		seen.shown = parameter.PublicInMetadata
	} else {
		seen.rememberAnswer(resp, body)
	}
	e.Status, e.Response = resp.StatusCode, seen.message(resp.Header, body)
	if !slices.ContainsFunc(e.Response.Body.Fields, func(f Field) bool { return f.Name == "error_description" }) {
		e.Reason = untrusted.Text(seen.reason, seen)
	}
	t.tell(e)
	return resp, nil
}

// replay returns a body that has been read, and then the error that ended the reading.
type replay struct {
	*bytes.Reader
	err error
}

func (r *replay) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if err == io.EOF && r.err != nil {
		err = r.err
	}
	return n, err
}

func (r *replay) Close() error { return nil }

// URL returns u for display. Each query parameter that is not public is replaced by a fingerprint.
func URL(u *url.URL) string { return redactorOf(u.Query()).url(u) }

// Parameters returns the parameters of one message as a trace shows them: name=value if the value is public, else a
// fingerprint as the value. A hidden value is masked in the shown ones.
func Parameters(values url.Values) string {
	var list []string
	for _, f := range Fields(values) {
		list = append(list, f.Name+"="+f.Value)
	}
	return strings.Join(list, " ")
}

// Fields returns the parameters of one message as [Parameters] shows them.
func Fields(values url.Values) []Field { return redactorOf(values).form(values) }

func redactorOf(values url.Values) *redactor {
	r := &redactor{shown: parameter.Public}
	r.remember(values)
	return r
}
