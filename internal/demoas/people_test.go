package demoas

import (
	"strings"
	"testing"
)

func TestNamesAreCleanAndShort(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		" ada ": "ada", "a\x1b[31mb": "a[31mb", "\u202egro": "gro", "\xff": "", "": "",
		strings.Repeat("é", 40): strings.Repeat("é", 32),
	} {
		if got := cleanUserName(typed); got != want {
			t.Errorf("%q: %q, want %q", typed, got, want)
		}
	}
	for user, want := range map[string]string{"ada": "Ada Lovelace", "grace.hopper@navy.example": "Grace Hopper", "...": "..."} {
		if got := fullName(user); got != want {
			t.Errorf("%q: %q, want %q", user, got, want)
		}
	}
}
