package main

import (
	"fmt"

	"github.com/oauthget/oauthget/internal/remedy"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// All of these write to stderr: stdout carries the result and nothing else.

// note tells the person what to do or what is going on.
func (a *app) note(format string, args ...any) {
	fmt.Fprintf(a.stderr, "oauthget: %s\n", untrusted.Line(fmt.Sprintf(format, args...)))
}

// warn tells what went wrong without ending the command.
func (a *app) warn(format string, args ...any) {
	fmt.Fprintf(a.stderr, "oauthget: %s %s\n", a.style.Yellow("warning:"), untrusted.Line(fmt.Sprintf(format, args...)))
}

// step is one line of the account that -v asks for.
func (a *app) step(format string, args ...any) {
	if a.global.verbose {
		a.note(format, args...)
	}
}

// fail prints err and what can be done about it, and returns the exit status.
func (a *app) fail(err error, command string) int {
	status, hints := remedy.Of(err, command, a.now())
	fmt.Fprintf(a.stderr, "oauthget: %s %s\n", a.style.Red("error:"), untrusted.Line(err.Error()))
	for _, hint := range hints {
		fmt.Fprintf(a.stderr, "oauthget: %s %s\n", a.style.Cyan("hint:"), untrusted.Line(hint))
	}
	return status
}
