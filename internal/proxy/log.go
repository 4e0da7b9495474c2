package proxy

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/oauthget/oauthget/internal/untrusted"
)

// Entry describes a request. It is safe for a terminal, and contains neither query nor prefix.
type Entry struct {
	Method, Path string
	Status       int // of the answer that was sent; 0 if the caller was gone before
	Duration     time.Duration
	// Trouble is why the upstream gave no answer; empty if it did.
	Trouble string
}

// String returns a line for a log.
func (e Entry) String() string {
	line := fmt.Sprintf("%s %s %d %.1fms", e.Method, e.Path, e.Status, float64(e.Duration.Microseconds())/1000)
	if e.Trouble != "" {
		line += " (" + e.Trouble + ")"
	}
	return line
}

func (p *Proxy) entry(r *http.Request, seen *recorder, took time.Duration) Entry {
	path := r.URL.EscapedPath()
	if rest, ours := p.guard.rest(path); ours && rest != "" {
		path = rest
	} else if ours {
		path = "/"
	} else { // the prefix may be in another place
		path = strings.ReplaceAll(path, p.options.Prefix, "[prefix]")
	}
	return Entry{
		Method: untrusted.Text(r.Method), Path: untrusted.Text(path), Status: seen.status, Duration: took, Trouble: seen.trouble,
	}
}

// recorder records the outcome of a request.
type recorder struct {
	http.ResponseWriter
	origin  string // of the page that sent it; it is not passed on
	status  int
	trouble string
}

// WriteHeader implements [http.ResponseWriter].
func (s *recorder) WriteHeader(status int) {
	if status >= 200 || status == http.StatusSwitchingProtocols { // the others precede the answer
		s.status = status
	}
	s.ResponseWriter.WriteHeader(status)
}

// Unwrap lets [http.ResponseController] find Flush and Hijack.
func (s *recorder) Unwrap() http.ResponseWriter { return s.ResponseWriter }

type recorderKey struct{}

func withRecorder(ctx context.Context, s *recorder) context.Context {
	return context.WithValue(ctx, recorderKey{}, s)
}

func recorderOf(ctx context.Context) *recorder {
	s, _ := ctx.Value(recorderKey{}).(*recorder)
	return s
}
