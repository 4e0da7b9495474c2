//go:build interop && linux

package interop

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// outcome is what a run of a program shows to the outside.
type outcome struct {
	stdout, stderr string
	status         int
	took           time.Duration
}

// String is what a failing test shows. Of stdout it shows the length alone: a
// token has no business in a log.
func (o outcome) String() string {
	return fmt.Sprintf("status %d after %v, %d bytes on stdout, stderr:\n%s", o.status, o.took, len(o.stdout), o.stderr)
}

// token returns the one line a `token` run must have printed, and nothing but.
func (o outcome) token(t *testing.T) string {
	t.Helper()
	if o.status != 0 {
		t.Fatalf("no token: %v", o)
	}
	line, rest, found := strings.Cut(o.stdout, "\n")
	if line == "" || !found || rest != "" || strings.ContainsAny(line, " \t\r") {
		t.Fatalf("stdout is not one token and one newline: %v", o)
	}
	return line
}

// expectSilence: "When a stored token is still valid nothing at all is written
// to stderr", and neither does a refresh concern a person.
func (o outcome) expectSilence(t *testing.T) {
	t.Helper()
	if o.stderr != "" {
		t.Errorf("stderr is not empty: %v", o)
	}
}

// expectFailure checks the shape of every failure: nothing on stdout, one line
// of error, and at least one thing to do.
func (o outcome) expectFailure(t *testing.T, status int) {
	t.Helper()
	if o.status != status {
		t.Errorf("want status %d: %v", status, o)
	}
	if o.stdout != "" {
		t.Errorf("a failure printed on stdout: %v", o)
	}
	if n := strings.Count("\n"+o.stderr, "\noauthget: error: "); n != 1 {
		t.Errorf("want one line of error, got %d: %v", n, o)
	}
	if n := strings.Count("\n"+o.stderr, "\noauthget: hint: "); n < 1 || n > 2 {
		t.Errorf("want one or two hints, got %d: %v", n, o)
	}
}
