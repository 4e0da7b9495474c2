package term

import (
	"slices"
	"strings"
	"testing"
)

func TestControlSequencesAreDropped(t *testing.T) {
	for typed, want := range map[string][]string{
		"\x1b[200~http://127.0.0.1/?code=c\x1b[201~\n": {"http://127.0.0.1/?code=c"},
		"a\x1b[A\x1b[1;5Cb\x1bOPc\n":                   {"abc"},
		"a\x1b]0;title\ab\x1b]8;;x\x1b\\c\n":           {"abc"},
		"a\x1bP1$r0m\x1b\\b\x1b_x\x1b\\c\n":            {"abc"},
		"a\x1bb\x1b(Bc\n":                              {"ac"}, // Alt-b, a character set
		"a\x1b\x1b[Bb\n":                               {"ab"},
		"a\x1b[1\nb\n":                                 {"a", "b"},
		"a\x1b]never ends\nb\n":                        {"a", "b"},
		"a\x1b\n":                                      {"a"},
		"a\x1b[200\x1b[201~b\n":                        {"ab"},
		"[200~a\n":                                     {"[200~a"},
		"é\x1b[3~é\n":                                  {"éé"},
		"one two  \x17x\x17\x17y\x15z\n":               {"z"},
		"one two  \x17x\n":                             {"one x"},
	} {
		for size := 1; size <= len(typed); size++ { // however it is read
			var got []string
			l := lines{limit: 100, take: func(line string) bool { got = append(got, line); return true }}
			for piece := range slices.Chunk([]byte(typed), size) {
				l.typed(piece)
			}
			if !slices.Equal(got, want) {
				t.Fatalf("%q by %d: %q, want %q", typed, size, got, want)
			}
		}
	}
}

func FuzzLinesAreSafe(f *testing.F) {
	f.Add("\x1b[200~http://127.0.0.1/?code=c\x1b[201~\n", 3)
	f.Fuzz(func(t *testing.T, typed string, limit int) {
		l := lines{limit: max(limit, 0), take: func(line string) bool {
			if len(line) > max(limit, 0) || strings.ContainsFunc(line, func(r rune) bool { return r < ' ' || r == rubout }) {
				t.Errorf("%q: %q", typed, line)
			}
			return true
		}}
		l.typed([]byte(typed))
	})
}
