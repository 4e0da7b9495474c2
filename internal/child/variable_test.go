package child

import (
	"slices"
	"strings"
	"testing"
)

func TestVariablesAreNamedForTheProfiles(t *testing.T) {
	for _, c := range []struct{ profiles, given, want []string }{
		{[]string{""}, nil, []string{"T"}},
		{[]string{"work"}, []string{"API"}, []string{"API"}},
		{[]string{"work", "my-höme"}, nil, []string{"T_WORK", "T_MY_H_ME"}},
		{[]string{"work", "home"}, []string{"B", "A"}, []string{"B", "A"}},
	} {
		if got, err := Variables("T", c.profiles, c.given); err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%q, %q: %q %v", c.profiles, c.given, got, err)
		}
	}
	for _, c := range []struct{ profiles, given []string }{
		{[]string{"a", "b"}, []string{"A"}},
		{[]string{"a"}, []string{"A", "B"}},
		{[]string{"a", "b"}, []string{"A", "A"}},
		{[]string{"a-b", "a_b"}, nil},
		{[]string{"a"}, []string{"PATH"}},
		{[]string{"a"}, []string{"Ld_Preload"}},
	} {
		if got, err := Variables("T", c.profiles, c.given); err == nil {
			t.Errorf("%q, %q: %q", c.profiles, c.given, got)
		}
	}
}

func TestVariablesAreAcceptedByEveryShell(t *testing.T) {
	for name, want := range map[string]bool{
		"TOKEN": true, "_t0": true, "A_": true, strings.Repeat("a", 129): true,
		"0A": false, "~a-b.c": false, "-a": false, "": false, ".a": false, "a/b": false, "a b": false, "A=B": false, "é": false, "a\x00": false,
	} {
		if _, err := Variables("T", []string{"p"}, []string{name}); (err == nil) != want {
			t.Errorf("%q: %v", name, err)
		}
	}
}
