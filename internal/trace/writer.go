package trace

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"sync"

	"github.com/oauthget/oauthget/internal/untrusted"
)

// Writer writes exchanges to W, each in one piece.
type Writer struct {
	W  io.Writer
	mu sync.Mutex
}

// Wrap returns a transport that calls base and writes each exchange, as [Record] describes it.
func (w *Writer) Wrap(base http.RoundTripper) http.RoundTripper { return Record(base, w.write) }

func (w *Writer) write(e Exchange) {
	var text bytes.Buffer
	fmt.Fprintf(&text, "> %s %s\n", e.Method, e.URL())
	e.Request.describe(&text, ">")
	if e.Failed != "" {
		fmt.Fprintf(&text, "! %s (%s)\n\n", e.Failed, e.Took)
	} else {
		fmt.Fprintf(&text, "< %d %s (%s)\n", e.Status, http.StatusText(e.Status), e.Took)
		if e.Reason != "" {
			fmt.Fprintf(&text, "< reason: %s\n", untrusted.Quote(e.Reason))
		}
		e.Response.describe(&text, "<")
		text.WriteByte('\n')
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	_, _ = w.W.Write(text.Bytes()) // an error here must not fail a login
}

func (m Message) describe(text *bytes.Buffer, mark string) {
	for _, f := range m.Header {
		fmt.Fprintf(text, "%s %s: %s\n", mark, f.Name, f.Value)
	}
	for _, f := range m.Body.Fields {
		separator := ": "
		if m.Body.IsForm {
			separator = "="
		}
		fmt.Fprintf(text, "%s   %s%s%s\n", mark, f.Name, separator, f.Value)
	}
	if m.Body.Opaque {
		fmt.Fprintf(text, "%s   [%d bytes, not shown]\n", mark, m.Body.Size)
	}
}
