// Package term decides what a stream may be sent: colour and progress go to terminals alone, and only where the person
// has not turned them off.
//
// It deliberately asks the terminal nothing: a query costs a round trip and leaves its answer in the input of a script.
package term

import (
	"fmt"
	"slices"

	xterm "golang.org/x/term"
)

// ColorModes are the values of --color.
var ColorModes = []string{"auto", "always", "never"}

// CheckColorMode returns an error for what is not one of ColorModes.
func CheckColorMode(mode string) error {
	if !slices.Contains(ColorModes, mode) {
		return fmt.Errorf("--color takes auto, always or never, not %q", mode)
	}
	return nil
}

// Is reports whether stream, an *os.File or anything else, is a terminal.
func Is(stream any) bool {
	f, ok := stream.(interface{ Fd() uintptr })
	return ok && xterm.IsTerminal(int(f.Fd()))
}

// Style writes escape sequences, or nothing where colour is off.
type Style struct{ on bool }

// NewStyle decides for one stream: --color first, then NO_COLOR (https://no-color.org) and TERM=dumb, then whether it
// is a terminal.
func NewStyle(mode string, stream any, getenv func(string) string) Style {
	switch {
	case mode == "always":
		return Style{true}
	case mode == "never" || getenv("NO_COLOR") != "" || getenv("TERM") == "dumb":
		return Style{false}
	}
	return Style{Is(stream) && interprets(stream)}
}

// Bold is for headings and for what the person is to do.
func (s Style) Bold(text string) string { return s.wrap("1", text) }

// Dim is for what may be skipped.
func (s Style) Dim(text string) string { return s.wrap("2", text) }

// Red is for errors, Yellow for warnings, Green for what went well, Cyan for addresses.
func (s Style) Red(text string) string    { return s.wrap("31", text) }
func (s Style) Yellow(text string) string { return s.wrap("33", text) }
func (s Style) Green(text string) string  { return s.wrap("32", text) }
func (s Style) Cyan(text string) string   { return s.wrap("36", text) }

func (s Style) wrap(code, text string) string {
	if !s.on {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}
