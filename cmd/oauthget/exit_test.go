package main

import (
	"strings"
	"testing"

	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/untrusted"
)

func TestLackOfTheServersSaysWhomToAskAndWhatDemandsIt(t *testing.T) {
	f := explain(&untrusted.Error{Err: &flow.ServerLacksError{}})
	if f.status != statusServer || len(f.hints) != 1 || !strings.Contains(f.hints[0], "ask those who run the server") ||
		!strings.Contains(f.hints[0], "security_profile") {
		t.Errorf("status %d, %q", f.status, f.hints)
	}
}
