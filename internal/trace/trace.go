// Package trace makes an account of HTTP exchanges that is safe to paste into a bug report.
//
// It works by an allow list: a parameter, member or header is shown where its name is known to bear no secret, and
// everything else is replaced by a fingerprint. A deny list would show the first secret nobody thought of. The
// package deliberately changes nothing in the exchange it describes.
package trace

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/oauthget/oauthget/internal/untrusted"
)

// Exchange is a request and what became of it. All its texts are safe to show.
type Exchange struct {
	Started  time.Time
	Took     time.Duration
	Request  Message
	Response Message // empty where Failed is not
	Method   string
	Target   string // the URL without its query
	Query    []Field
	Status   int
	Failed   string // why there was no answer; empty where there was one
}

// URL is where the request went, with its query.
func (e Exchange) URL() string { return join(e.Target, e.Query) }

// Message is what was sent or came back.
type Message struct {
	Header []Field
	Body   Body
}

// Field is a header field, a parameter or a member.
type Field struct {
	Name, Value string
	Hidden      bool // Value is a fingerprint, or says how much is not shown
}

// Body is a body as far as it is understood.
type Body struct {
	Type   string // the media type
	Size   int    // in bytes
	Fields []Field
	IsForm bool // the fields are those of a form, else the members of a JSON object
	Opaque bool // it is neither, and nothing of it is shown
}

// Record returns a transport that does what base does and tells of each exchange when it is over. Bodies are read whole:
// base has to bound them.
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
	// What anybody may GET is no secret, and not sought elsewhere: the metadata of one large server names its own domain
	// in a member that nobody's list has.
	if req.Method == http.MethodGet && req.Header.Get("Authorization") == "" {
		seen.shown = shownMetadata
	} else {
		seen.rememberAnswer(resp, body)
	}
	e.Status, e.Response = resp.StatusCode, seen.message(resp.Header, body)
	t.tell(e)
	return resp, nil
}

// replay gives back what was read of a body, and then the error that reading it met.
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

// URL returns u with every query parameter that is not on the allow list replaced by a fingerprint, for a person.
func URL(u *url.URL) string { return redactorOf(u.Query()).url(u) }

// Parameters lists the parameters of one message as a trace shows them: name=value where the name is on the allow list,
// else a fingerprint for the value, and no hidden value within a shown one.
func Parameters(values url.Values) string {
	var list []string
	for _, f := range Fields(values) {
		list = append(list, f.Name+"="+f.Value)
	}
	return strings.Join(list, " ")
}

// Fields are the parameters of one message one by one, as [Parameters] has them.
func Fields(values url.Values) []Field { return redactorOf(values).form(values) }

func redactorOf(values url.Values) *redactor {
	r := &redactor{shown: Shown}
	r.remember(values)
	return r
}
