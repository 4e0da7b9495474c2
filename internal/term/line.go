package term

import (
	"context"
	"unicode/utf8"
)

// ReadLines calls take with each line that the user types or pastes, until take returns false. A line is cut at limit bytes.
// There is no prompt and, except on Windows, no echo. In the background of a terminal nothing is read. If ctx ends first, the
// terminal is restored and the error is the cause of ctx. The error wraps [ErrNoTerminal] if there is no terminal to read.
func ReadLines(ctx context.Context, limit int, take func(line string) (more bool)) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return readLines(ctx, &lines{limit: limit, take: take})
}

// lines assembles lines from the bytes of a terminal, and handles backspace.
type lines struct {
	limit int
	take  func(line string) (more bool)
	text  []byte
}

const (
	ctrlD  = 0x04
	rubout = 0x7f
)

// typed adds bytes, and reports whether more are wanted.
func (l *lines) typed(keys []byte) (more bool) {
	for _, c := range keys {
		switch {
		case c == '\n' || c == '\r' || c == ctrlD:
			line := string(l.text)
			l.text = nil
			if !l.take(line) {
				return false
			}
		case c == '\b' || c == rubout:
			_, size := utf8.DecodeLastRune(l.text)
			l.text = l.text[:len(l.text)-size]
		case c < ' ':
		case len(l.text) < l.limit:
			l.text = append(l.text, c)
		}
	}
	return true
}
