package bounded_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oauthget/oauthget/internal/bounded"
)

// stuck blocks each write until it is let go.
type stuck struct {
	bytes.Buffer
	free chan struct{}
}

func (s *stuck) Write(p []byte) (int, error) {
	<-s.free
	return s.Buffer.Write(p)
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestWriterWaitsOnceForASlowReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		to := &stuck{free: make(chan struct{})}
		w := bounded.NewWriter(to)
		begun := time.Now()
		for range 10 {
			if n, err := w.Write([]byte("words\n")); n != 6 || err != nil {
				t.Fatal(n, err)
			}
		}
		if took := time.Since(begun); took != time.Second {
			t.Errorf("waited %s", took)
		}
		close(to.free)
		w.Flush()
		if got := to.String(); got != strings.Repeat("words\n", 10) {
			t.Errorf("%q", got)
		}
		if begun = time.Now(); !write(w, "more\n") || time.Since(begun) != 0 || !strings.HasSuffix(to.String(), "more\n") {
			t.Errorf("a reader that reads again is not waited for: %q", to.String())
		}
	})
}

func TestWriterDropsWhatIsTooMuch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		to := &stuck{free: make(chan struct{})}
		w := bounded.NewWriter(to)
		for range 100 {
			write(w, strings.Repeat("x", 100<<10))
		}
		close(to.free)
		w.Flush()
		if n := to.Len(); n < 1<<20 || n > 2<<20 {
			t.Errorf("%d bytes", n)
		}
	})
}

func TestWriterWritesInOrderAndAtOnce(t *testing.T) {
	var to bytes.Buffer
	w := bounded.NewWriter(&to)
	for _, s := range []string{"a", "b", "c"} {
		write(w, s)
		if !strings.HasSuffix(to.String(), s) {
			t.Errorf("%q after %q", to.String(), s)
		}
	}
	w.Flush()
}

func TestWriterDoesNotFail(t *testing.T) {
	if !write(bounded.NewWriter(broken{}), "words") {
		t.Error("it failed")
	}
}

func write(w *bounded.Writer, s string) bool {
	n, err := w.Write([]byte(s))
	return n == len(s) && err == nil
}
