//go:build interop && linux

package interop

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// outcome is the outcome of a run of a program.
type outcome struct {
	stdout, stderr string
	status         int
	took           time.Duration
}

// String returns the outcome for a failing test. Of stdout it shows only the length, since there may be a token.
func (o outcome) String() string {
	return fmt.Sprintf("status %d after %v, %d bytes on stdout, stderr:\n%s", o.status, o.took, len(o.stdout), o.stderr)
}

// token returns the one line that a run of `token` must have printed.
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

// expectSilence checks that stderr is empty, as it must be for a stored token and for a refresh.
func (o outcome) expectSilence(t *testing.T) {
	t.Helper()
	if o.stderr != "" {
		t.Errorf("stderr is not empty: %v", o)
	}
}

// expectFailure checks the form of a failure: nothing on stdout, one error line and at least one hint.
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
