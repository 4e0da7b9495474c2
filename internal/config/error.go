package config

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/oauthget/oauthget/internal/untrusted"
)

// Error says what is wrong with the configuration, and where. It never contains a value that could be a secret.
type Error struct {
	Path         string // the profile file; empty where the fault is not in it
	Line, Column int    // 1-based, the column in characters; 0 where the fault has no place
	Source       string // "flag --issuer" or "OAUTHGET_ISSUER" where the fault is in one of those
	Key          string // the key in question; empty where there is none
	Excerpt      string // the place with its value left out, as in `clientid = …`; may be empty
	Suggestion   string // the nearest known name; may be empty
	Advice       string // a thing to do; may be empty
	Err          error
}

// Error gives PATH:LINE:COLUMN: CAUSE in one line.
func (e *Error) Error() string {
	var b strings.Builder
	switch {
	case e.Path != "":
		b.WriteString(Printable(e.Path))
		if e.Line > 0 {
			fmt.Fprintf(&b, ":%d:%d", e.Line, e.Column)
		}
		b.WriteString(": ")
	case e.Source != "":
		b.WriteString(e.Source + ": ")
	}
	b.WriteString(e.Err.Error())
	if e.Excerpt != "" {
		b.WriteString(" (near: " + e.Excerpt + ")")
	}
	return b.String()
}

func (e *Error) Unwrap() error { return e.Err }

// Hint is a thing to do about the error, or empty.
func (e *Error) Hint() string {
	if e.Suggestion != "" {
		return fmt.Sprintf("did you mean %q?", e.Suggestion)
	}
	return e.Advice
}

// UnknownProfileError says that no profile bears the name. It comes inside an Error.
type UnknownProfileError struct {
	Name string
	Near []string // names that read like it, the nearest first; may be empty
}

func (e *UnknownProfileError) Error() string { return "no such profile: " + untrusted.Quote(e.Name) }

// printable quotes a text that would not stay in one line as it is.
func Printable(s string) string {
	if strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return fmt.Sprintf("%q", s)
	}
	return s
}

// wrong is an Error without a place: whoever knows the place adds it.
func wrong(key, format string, args ...any) *Error {
	err := fmt.Errorf(format, args...)
	if key != "" {
		err = fmt.Errorf("%s: %w", Printable(key), err)
	}
	return &Error{Key: key, Err: err}
}

func (e *Error) advise(format string, args ...any) *Error {
	e.Advice = fmt.Sprintf(format, args...)
	return e
}
