package untrusted

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestTextIsFitForATerminal(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"plain":              {"the code has expired", "the code has expired"},
		"escape sequences":   {"\x1b[31mred\x1b]0;title\x07", "[31mred]0;title"},
		"C1 control":         {"a\u009bb", "ab"},
		"line breaks folded": {"one\r\n\r\noauthget: hint: run rm\tnow", "one oauthget: hint: run rm now"},
		"direction override": {"abc\u202Etxt.exe\u2066x\u200Fy", "abctxt.exexy"},
		"zero width and tag": {"a\u200Bb\uFEFFc\U000E0041d", "abcd"},
		"invisible fillers":  {"a\u3164b\u2800c\uFE0Fd", "abcd"},
		"invalid UTF-8":      {"a\xff\xfeb", "ab"},
		"only space":         {" \n\t ", ""},
	} {
		if got := Text(c.in); got != c.want {
			t.Errorf("%s: Text(%q) = %q, want %q", name, c.in, got, c.want)
		}
	}
}

func TestTextIsCutBetweenCharacters(t *testing.T) {
	got := Text(strings.Repeat("ä", 500))
	if !utf8.ValidString(got) || got != strings.Repeat("ä", 100)+"…" {
		t.Errorf("got %d bytes: %q", len(got), got)
	}
}

func TestQuoteCannotBeClosedFromInside(t *testing.T) {
	if got := Quote(`x" (trust me) "`); strings.Count(got, `"`) != 2 {
		t.Errorf("Quote = %s", got)
	}
}
