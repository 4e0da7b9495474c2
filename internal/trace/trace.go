// Package trace writes an account of HTTP exchanges that is safe to paste into a bug report.
//
// It works by an allow list: a parameter, member or header is shown where its name is known to bear no secret, and
// everything else is replaced by a fingerprint. A deny list would show the first secret nobody thought of. The
// package deliberately changes nothing in the exchange it describes.
package trace

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/oauthget/oauthget/internal/untrusted"
)

// Writer writes exchanges one after the other, each as a whole, to W.
type Writer struct {
	W  io.Writer
	mu sync.Mutex
}

// Wrap returns a transport that does what base does and writes down each exchange. Bodies are read whole: base has to
// bound them.
func (w *Writer) Wrap(base http.RoundTripper) http.RoundTripper {
	return transport{base, w}
}

type transport struct {
	base http.RoundTripper
	out  *Writer
}

// RoundTrip implements [http.RoundTripper].
func (t transport) RoundTrip(req *http.Request) (*http.Response, error) {
	var sent []byte
	if req.GetBody != nil {
		if body, err := req.GetBody(); err == nil {
			sent, _ = io.ReadAll(body)
			_ = body.Close()
		}
	}
	seen := newRedactor(req, sent)
	var text bytes.Buffer
	describeRequest(&text, seen, req, sent)

	start := time.Now()
	resp, err := t.base.RoundTrip(req)
	took := time.Since(start).Round(time.Millisecond)
	if err != nil {
		fmt.Fprintf(&text, "! %s (%s)\n\n", untrusted.Text(untrusted.Network(req.Context(), err).Error(), seen), took)
		t.out.write(text.Bytes())
		return nil, err
	}
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	resp.Body = &replay{Reader: bytes.NewReader(body), err: err}
	describeResponse(&text, seen, resp, body, took)
	t.out.write(text.Bytes())
	return resp, nil
}

func (w *Writer) write(text []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	_, _ = w.W.Write(text) // a trace that cannot be written must not fail a login
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

func describeRequest(text *bytes.Buffer, seen *redactor, req *http.Request, body []byte) {
	fmt.Fprintf(text, "> %s %s\n", req.Method, seen.url(req.URL))
	seen.header(text, ">", req.Header)
	if len(body) > 0 {
		seen.body(text, ">", req.Header.Get("Content-Type"), body)
	}
}

func describeResponse(text *bytes.Buffer, seen *redactor, resp *http.Response, body []byte, took time.Duration) {
	// What anybody may GET is no secret, and not sought elsewhere: the metadata of one large server names its own domain
	// in a member that nobody's list has.
	if req := resp.Request; req != nil && req.Method == http.MethodGet && req.Header.Get("Authorization") == "" {
		seen.shown = shownMetadata
	} else {
		seen.rememberAnswer(resp, body)
	}
	fmt.Fprintf(text, "< %d %s (%s)\n", resp.StatusCode, http.StatusText(resp.StatusCode), took)
	seen.header(text, "<", resp.Header)
	seen.body(text, "<", resp.Header.Get("Content-Type"), body)
	text.WriteByte('\n')
}

// URL returns u with every query parameter that is not on the allow list replaced by a fingerprint, for a person.
func URL(u *url.URL) string { return redactorOf(u.Query()).url(u) }

// Parameters lists the parameters of one message as a trace shows them: name=value where the name is on the allow list,
// else a fingerprint for the value, and no hidden value within a shown one.
func Parameters(values url.Values) string {
	return strings.Join(redactorOf(values).form(values), " ")
}

func redactorOf(values url.Values) *redactor {
	r := &redactor{shown: Shown}
	r.remember(values)
	return r
}
