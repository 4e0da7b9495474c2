package shell

import (
	"os/exec"
	"testing"
)

func TestWordIsQuotedOnlyWhereItMustBe(t *testing.T) {
	for s, want := range map[string]string{
		"":               "''",
		"work":           "work",
		"/a-b_c.d/e+f:@": "/a-b_c.d/e+f:@",
		"100%":           "100%",
		"x;id":           "'x;id'",
		"a b":            "'a b'",
		"it's":           `'it'\''s'`,
		"~":              "'~'",
		"a=b":            "'a=b'",
		"--a=b":          "--a=b",
		"é":              "'é'",
		"\xff":           "'\xff'",
	} {
		if got := Word(s); got != want {
			t.Errorf("%q: %s, want %s", s, got, want)
		}
	}
	if got, want := Words([]string{"pass", "show", "a b"}), "pass show 'a b'"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestShellReadsBackWhatWasQuoted(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip(err)
	}
	for _, s := range []string{"", "a", `a'b"c\d$(id)` + "`id`!e\n", "-n", "*", "~", "#", "\xff\x01", "a=b"} {
		for _, word := range []string{Quote(s), Word(s)} {
			out, err := exec.CommandContext(t.Context(), sh, "-c", "printf %s "+word).Output()
			if err != nil || string(out) != s {
				t.Errorf("%q: sh read %s as %q, %v", s, word, out, err)
			}
		}
	}
}
