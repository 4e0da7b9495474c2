//go:build interop && linux

package interop

import (
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"
)

// What the person needs from the output of the product.
var (
	userCode        = regexp.MustCompile(`\b[A-Z]{4}-[A-Z]{4}\b`)
	verificationURI = regexp.MustCompile(`https?://127\.0\.0\.1:\d+/device\b`)
)

// device logs in on a device without a browser: the person reads address and code from its stderr, and types them elsewhere.
func (v *walk) device(t *testing.T, who person) outcome {
	t.Helper()
	cmd := exec.Command(product(t), "token", v.row.name, "--no-browser")
	cmd.Dir, cmd.Env = v.home.home, v.home.environ()
	begun := time.Now()
	p := start(t, cmd, "")
	awaitCode(t, p)
	who.code = userCode.FindString(p.stderr.String())
	address := verificationURI.FindString(p.stderr.String())
	if _, err := visit(address, who); err != nil {
		t.Fatalf("at %q with the code %q: %v", address, who.code, err)
	}
	var stdout strings.Builder
	for text := range p.lines {
		stdout.WriteString(text + "\n")
	}
	p.cmd.Wait() //nolint:errcheck // the status tells
	said := outcome{stdout.String(), p.stderr.String(), p.cmd.ProcessState.ExitCode(), time.Since(begun)}
	v.said = append(v.said, said)
	return said
}

// awaitCode waits until the code is shown.
func awaitCode(t *testing.T, p *process) {
	t.Helper()
	for deadline := time.Now().Add(startLimit); !userCode.MatchString(p.stderr.String()); {
		select {
		case <-p.lines: // closed: it has ended
			t.Fatalf("it ended without showing a code: %s", p.stderr)
		case <-time.After(5 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			t.Fatalf("no code is shown: %s", p.stderr)
		}
	}
}
