package main

import "fmt"

// All of these write to stderr: stdout carries the result and nothing else.

// note tells the person what to do or what is going on.
func (a *app) note(format string, args ...any) {
	fmt.Fprintf(a.stderr, "oauthget: "+format+"\n", args...)
}

// warn tells what went wrong without ending the command.
func (a *app) warn(format string, args ...any) {
	fmt.Fprintf(a.stderr, "oauthget: %s "+format+"\n", append([]any{a.style.Yellow("warning:")}, args...)...)
}

// step is one line of the account that -v asks for.
func (a *app) step(format string, args ...any) {
	if a.global.verbose {
		fmt.Fprintf(a.stderr, "oauthget: "+format+"\n", args...)
	}
}

// fail prints err and what can be done about it, and returns the exit status.
func (a *app) fail(err error) int {
	f := explain(err)
	fmt.Fprintf(a.stderr, "oauthget: %s %s\n", a.style.Red("error:"), oneLine(err.Error()))
	for _, hint := range f.hints[:min(len(f.hints), 2)] {
		fmt.Fprintf(a.stderr, "oauthget: %s %s\n", a.style.Cyan("hint:"), oneLine(hint))
	}
	return f.status
}
