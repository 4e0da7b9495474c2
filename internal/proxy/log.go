package proxy

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/oauthget/oauthget/internal/untrusted"
)

// Entry tells of one request. It is fit for a terminal, and holds neither the query nor the prefix.
type Entry struct {
	Method, Path string
	Status       int // of the answer as it was sent; 0 where the caller was gone before
	Duration     time.Duration
	// Trouble is why there was no answer of the upstream's; empty where there was one.
	Trouble string
}

// String is a line of a log.
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
	} else { // an address with a slash too few or too many has the prefix in it all the same
		path = strings.ReplaceAll(path, p.options.Prefix, "[prefix]")
	}
	return Entry{
		Method: untrusted.Text(r.Method), Path: untrusted.Text(path), Status: seen.status, Duration: took, Trouble: seen.trouble,
	}
}

// recorder notes what became of a request.
type recorder struct {
	http.ResponseWriter
	origin  string // of the page that asks, which is not passed on
	status  int
	trouble string
}

// WriteHeader implements [http.ResponseWriter].
func (s *recorder) WriteHeader(status int) {
	if status >= 200 || status == http.StatusSwitchingProtocols { // others are followed by the answer itself
		s.status = status
	}
	s.ResponseWriter.WriteHeader(status)
}

// Unwrap is how [http.ResponseController] finds Flush and Hijack.
func (s *recorder) Unwrap() http.ResponseWriter { return s.ResponseWriter }

type recorderKey struct{}

func withRecorder(ctx context.Context, s *recorder) context.Context {
	return context.WithValue(ctx, recorderKey{}, s)
}

func recorderOf(ctx context.Context) *recorder {
	s, _ := ctx.Value(recorderKey{}).(*recorder)
	return s
}
