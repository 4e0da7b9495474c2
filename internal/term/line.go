package term

import (
	"bytes"
	"context"
	"unicode/utf8"
)

// ReadLines calls take with each line that the user types or pastes, until take returns false. A line is cut at limit bytes.
// There is no prompt and, except on Windows, no echo. While the program is in the background of its terminal nothing is read. If
// ctx ends first, the terminal is restored and the error is the cause of ctx. The error wraps [ErrNoTerminal] if there is no
// terminal to read.
func ReadLines(ctx context.Context, limit int, take func(line string) (more bool)) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return readLines(ctx, &lines{limit: limit, take: take})
}

// lines assembles lines from the bytes of a terminal. It edits them as a terminal does, and drops control sequences, such as
// those around a paste.
type lines struct {
	limit  int
	take   func(line string) (more bool)
	noEOF  bool // Ctrl-D does not end a line
	text   []byte
	within sequence
}

const (
	ctrlD  = 0x04
	ctrlU  = 0x15
	ctrlW  = 0x17
	rubout = 0x7f
)

// typed adds bytes, and reports whether more are wanted.
func (l *lines) typed(keys []byte) (more bool) {
	for _, c := range keys {
		switch {
		case l.within.takes(c):
		case c == '\n' || c == '\r' || c == ctrlD && !l.noEOF:
			line := string(l.text)
			l.text = nil
			if !l.take(line) {
				return false
			}
		case c == '\b' || c == rubout:
			_, size := utf8.DecodeLastRune(l.text)
			l.text = l.text[:len(l.text)-size]
		case c == ctrlU:
			l.text = nil
		case c == ctrlW:
			word := bytes.TrimRight(l.text, " ")
			l.text = word[:bytes.LastIndexByte(word, ' ')+1]
		case c < ' ':
		case len(l.text) < l.limit:
			l.text = append(l.text, c)
		}
	}
	return true
}

// sequence is the part of a control sequence that has been read (ECMA-48 §5.4, §5.6).
type sequence int

const (
	noSequence   sequence = iota
	afterEscape           // ESC
	afterControl          // ESC [, up to a final byte
	afterShift            // ESC N or ESC O, up to the next byte
	afterString           // ESC ] and the like, up to BEL or ESC \
	endingString          // the ESC of that
)

const escape = 0x1b

// takes reports whether c belongs to a control sequence. Other control characters end a sequence that is not complete.
func (s *sequence) takes(c byte) bool {
	next := noSequence
	switch *s {
	case noSequence:
		if c != escape {
			return false
		}
		next = afterEscape
	case afterString:
		switch c {
		case escape:
			next = endingString
		case '\a', '\n', '\r':
		default:
			next = afterString
		}
	case afterShift, endingString:
	case afterControl:
		if c >= ' ' && c < '@' {
			next = afterControl
		}
	case afterEscape:
		switch c {
		case '[':
			next = afterControl
		case 'N', 'O':
			next = afterShift
		case ']', 'P', 'X', '^', '_':
			next = afterString
		default:
			if c >= ' ' && c < '0' {
				next = afterEscape
			}
		}
	}
	if c == escape && next == noSequence {
		next = afterEscape
	}
	*s = next
	return c == escape || c == '\a' || c >= ' ' && c < rubout
}
