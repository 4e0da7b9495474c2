package ascii

import "testing"

func TestConsists(t *testing.T) {
	for _, s := range []string{"", "aZ09", "a-b_c"} {
		if !Consists(s, "-_") {
			t.Errorf("%q does not", s)
		}
	}
	for _, s := range []string{"a b", "é", "a.b", "\x00", "@", "[", "`", "{", "/", ":"} {
		if Consists(s, "-_") {
			t.Errorf("%q does", s)
		}
	}
}
