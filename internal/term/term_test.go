package term

import (
	"bytes"
	"testing"
)

func TestColourNeedsATerminalAndPermission(t *testing.T) {
	env := func(name, value string) func(string) string {
		return func(n string) string {
			if n == name {
				return value
			}
			return ""
		}
	}
	for name, c := range map[string]struct {
		mode string
		env  func(string) string
		want bool
	}{
		"a pipe":                        {"auto", env("", ""), false},
		"always, even in a pipe":        {"always", env("NO_COLOR", "1"), true},
		"never":                         {"never", env("", ""), false},
		"NO_COLOR":                      {"auto", env("NO_COLOR", "1"), false},
		"a terminal that can do little": {"auto", env("TERM", "dumb"), false},
	} {
		if got := NewStyle(c.mode, &bytes.Buffer{}, c.env).Red("x") != "x"; got != c.want {
			t.Errorf("%s: colour %v", name, got)
		}
	}
}

func TestColorModeIsChecked(t *testing.T) {
	if CheckColorMode("auto") != nil || CheckColorMode("yes") == nil || CheckColorMode("") == nil {
		t.Error("modes are not checked")
	}
}
