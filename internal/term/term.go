// Package term decides what may be written to a stream. Colour and progress go only to terminals, and only if the user has not
// turned them off.
//
// It never queries the terminal: a query costs a round trip, and its answer could end up in the input of a script.
package term

import (
	"fmt"
	"slices"

	xterm "golang.org/x/term"
)

// ColorModes are the values of --color.
var ColorModes = []string{"auto", "always", "never"}

// CheckColorMode returns an error unless mode is one of ColorModes.
func CheckColorMode(mode string) error {
	if !slices.Contains(ColorModes, mode) {
		return fmt.Errorf("--color takes auto, always or never, not %q", mode)
	}
	return nil
}

// Is reports whether stream is an *os.File that is a terminal.
func Is(stream any) bool {
	f, ok := stream.(interface{ Fd() uintptr })
	return ok && xterm.IsTerminal(int(f.Fd()))
}

// Style adds escape sequences to text, or nothing if colour is off.
type Style struct{ on bool }

// NewStyle returns the Style of one stream. --color comes first, then NO_COLOR (https://no-color.org) and TERM=dumb, then whether
// the stream is a terminal.
func NewStyle(mode string, stream any, getenv func(string) string) Style {
	switch {
	case mode == "always":
		return Style{true}
	case mode == "never" || getenv("NO_COLOR") != "" || getenv("TERM") == "dumb":
		return Style{false}
	}
	return Style{Is(stream) && interprets(stream)}
}

// Bold is for headings and for what the user has to do.
func (s Style) Bold(text string) string { return s.wrap("1", text) }

// Dim is for details.
func (s Style) Dim(text string) string { return s.wrap("2", text) }

// Red is for errors, Yellow for warnings, Green for success, Cyan for addresses.
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
