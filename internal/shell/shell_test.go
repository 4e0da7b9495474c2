package shell

import "testing"

func TestWordIsQuotedWhereItHasTo(t *testing.T) {
	for s, want := range map[string]string{
		"": "''", "a/b-c_d.e": "a/b-c_d.e", "a b": "'a b'", "it's": `'it'\''s'`, "$x": "'$x'", "~": "'~'", "a=b": "'a=b'", "é": "'é'",
	} {
		if got := Word(s); got != want {
			t.Errorf("%q: %s, want %s", s, got, want)
		}
	}
}
