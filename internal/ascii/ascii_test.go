package ascii

import (
	"strings"
	"testing"
)

func TestClassesAreThoseOfTheGrammars(t *testing.T) {
	const digits, upper, lower = "0123456789", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz"
	var visible strings.Builder
	for c := rune('!'); c <= '~'; c++ {
		visible.WriteRune(c)
	}
	for name, class := range map[string]struct {
		is      func(rune) bool
		isByte  func(byte) bool
		members string
	}{
		"digit":        {IsDigit[rune], IsDigit[byte], digits},
		"letter":       {IsLetter[rune], IsLetter[byte], upper + lower},
		"alphanumeric": {IsAlphanumeric[rune], IsAlphanumeric[byte], digits + upper + lower},
		"hex":          {IsHex[rune], IsHex[byte], digits + "ABCDEFabcdef"},
		"VSCHAR":       {IsVSCHAR[rune], IsVSCHAR[byte], " " + visible.String()},
		"NQCHAR":       {IsNQCHAR[rune], IsNQCHAR[byte], strings.NewReplacer(`"`, "", `\`, "").Replace(visible.String())},
		"tchar":        {IsTchar[rune], IsTchar[byte], "!#$%&'*+-.^_`|~" + digits + upper + lower},
	} {
		for r := rune(-1); r <= 0x1_0000; r++ {
			want := strings.ContainsRune(class.members, r)
			if class.is(r) != want {
				t.Errorf("%s: %q: %v", name, r, !want)
			}
			if r >= 0 && r < 0x100 && class.isByte(byte(r)) != want {
				t.Errorf("%s: byte %#x: %v", name, r, !want)
			}
		}
	}
}

func TestConsists(t *testing.T) {
	for _, s := range []string{"", "aZ09", "a-b_c"} {
		if !Consists(s, "-_") {
			t.Errorf("%q does not", s)
		}
	}
	for _, s := range []string{"a b", "é", "a.b", "\x00", "@", "[", "`", "{", "/", ":", "\xff"} {
		if Consists(s, "-_") {
			t.Errorf("%q does", s)
		}
	}
}

func TestAllWantsOneCharacterAtLeast(t *testing.T) {
	for s, want := range map[string]bool{"": false, "a1": true, "a b": false, "é": false, "\xff": false} {
		if All(s, IsAlphanumeric) != want {
			t.Errorf("%q: %v", s, !want)
		}
	}
}
