package main

import (
	"fmt"

	"github.com/oauthget/oauthget/internal/remedy"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// fail prints err and what can be done about it, and returns the exit status.
func (a *app) fail(err error, command string) int {
	status, hints := remedy.Of(err, command, a.now())
	fmt.Fprintf(a.stderr, "oauthget: %s %s\n", a.style.Red("error:"), untrusted.Line(err.Error()))
	for _, hint := range hints {
		fmt.Fprintf(a.stderr, "oauthget: %s %s\n", a.style.Cyan("hint:"), untrusted.Line(hint))
	}
	return status
}
