package resend

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestAgainHasTheWholeBodyAndLeavesTheFirst(t *testing.T) {
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://api.example", strings.NewReader("orders"))
	if err != nil {
		t.Fatal(err)
	}
	first := req.Body
	_, _ = io.ReadAll(req.Body)
	again, ok := Again(req)
	if !ok {
		t.Fatal("it cannot be sent again")
	}
	if text, err := io.ReadAll(again.Body); string(text) != "orders" || err != nil || req.Body != first {
		t.Errorf("%q, %v", text, err)
	}
}

func TestAgainNeedsAWayToTheBody(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*http.Request)
		want   bool
	}{
		"no body":          {func(r *http.Request) { r.Body = nil }, true},
		"an empty body":    {func(r *http.Request) { r.Body = http.NoBody }, true},
		"a stream":         {func(r *http.Request) { r.GetBody = nil }, false},
		"a file that goes": {func(r *http.Request) { r.GetBody = func() (io.ReadCloser, error) { return nil, errors.New("gone") } }, false},
	} {
		req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader("orders"))
		c.change(req)
		if _, ok := Again(req); ok != c.want {
			t.Errorf("%s: %v", name, ok)
		}
	}
}

// endless is a body without an end.
type endless struct {
	read   int
	closed bool
}

func (e *endless) Read(p []byte) (int, error) { e.read += len(p); return len(p), nil }
func (e *endless) Close() error               { e.closed = true; return nil }

func TestDiscardReadsALittleAndCloses(t *testing.T) {
	body := &endless{}
	Discard(body)
	if !body.closed || body.read < 1<<10 || body.read > 64<<10 {
		t.Errorf("%d bytes, closed: %v", body.read, body.closed)
	}
}
