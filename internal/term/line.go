package term

import (
	"context"
	"unicode/utf8"
)

// ReadLines hands to take each line that the person types or pastes, of at most most bytes (what is longer is cut), until
// take wants no more. There is no prompt and, but for Windows, nothing of it is shown. It takes nothing from a terminal in
// whose background the program runs. When ctx ends first, the error is its cause, and the terminal is as it was before.
// The error wraps [ErrNoTerminal] where there is nobody to ask.
func ReadLines(ctx context.Context, most int, take func(line string) (more bool)) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return readLines(ctx, &lines{most: most, take: take})
}

// lines makes lines of what comes from a terminal, and takes back what is rubbed out.
type lines struct {
	most int
	take func(line string) (more bool)
	text []byte
}

const (
	ctrlD  = 0x04
	rubout = 0x7f
)

// typed takes what came, and reports whether more is wanted.
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
		case len(l.text) < l.most:
			l.text = append(l.text, c)
		}
	}
	return true
}
