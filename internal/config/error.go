package config

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/oauthget/oauthget/internal/untrusted"
)

func first(of []string) string {
	if len(of) == 0 {
		return ""
	}
	return of[0]
}

// Error is an error in the configuration, with its place. It never contains a value that could be a secret.
type Error struct {
	Path         string // the profile file; empty if the error is elsewhere
	Line, Column int    // 1-based, the column in characters; 0 if unknown
	Source       string // "flag --issuer" or "OAUTHGET_ISSUER", if the error is there
	Key          string // may be empty
	Preset       bool   // the preset does not exist, or does not go with the rest: no flag by itself is wrong
	Excerpt      string // the place without its value, as in `clientid = …`; may be empty
	Suggestion   string // the nearest known name; may be empty
	Advice       string // a thing to do; may be empty
	Err          error
}

// Error returns PATH:LINE:COLUMN: CAUSE in one line.
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

// Hint is something to do about the error, or empty.
func (e *Error) Hint() string {
	if e.Suggestion != "" {
		return fmt.Sprintf("did you mean %q?", e.Suggestion)
	}
	return e.Advice
}

// UnknownProfileError is returned inside an Error if there is no profile of that name.
type UnknownProfileError struct {
	Name string
	Near []string // similar names, the nearest first; may be empty
}

func (e *UnknownProfileError) Error() string { return "no such profile: " + untrusted.Quote(e.Name) }

// Printable quotes a text that contains line breaks or other unprintable characters.
func Printable(s string) string {
	if strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return fmt.Sprintf("%q", s)
	}
	return s
}

// wrong returns an Error without a place.
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
