package shell

import (
	"os/exec"
	"strings"
	"testing"
)

func TestAssignmentIsReadBackByEachShell(t *testing.T) {
	const odd = `it's "a" \ $b %c% !d! ‘e’ ` + "`f`"
	for _, shell := range []struct {
		name  string
		run   []string
		print string
	}{
		{"sh", []string{"sh", "-c"}, "printenv ODD"},
		{"fish", []string{"fish", "--no-config", "-c"}, "printenv ODD"},
	} {
		t.Run(shell.name, func(t *testing.T) {
			if _, err := exec.LookPath(shell.run[0]); err != nil {
				t.Skip("NOT TESTED: ", err, "; testdata/interop/setup installs it")
			}
			line, err := Assignment(shell.name, "ODD", odd)
			if err != nil {
				t.Fatal(err)
			}
			out, err := exec.CommandContext(t.Context(), shell.run[0], append(shell.run[1:], line+shell.print)...).CombinedOutput()
			if got := strings.TrimRight(string(out), "\r\n"); err != nil || got != odd {
				t.Errorf("%s: %q %v, want %q", line, got, err, odd)
			}
		})
	}
}

func TestAssignmentHasTheFormOfItsShell(t *testing.T) {
	for shell, want := range map[string]string{
		"sh":         "export TOKEN='a.b-c'\n",
		"fish":       "set -gx TOKEN 'a.b-c'\n",
		"powershell": "$env:TOKEN = 'a.b-c'\n",
		"cmd":        "set \"TOKEN=a.b-c\"\n",
	} {
		if got, err := Assignment(shell, "TOKEN", "a.b-c"); err != nil || got != want {
			t.Errorf("%s: %q %v, want %q", shell, got, err, want)
		}
	}
}

func TestAssignmentIsQuotedOrRefused(t *testing.T) {
	if got, err := Assignment("powershell", "TOKEN", "it's ‘e’"); err != nil || got != "$env:TOKEN = 'it''s ‘‘e’’'\n" {
		t.Errorf("%q %v", got, err)
	}
	for _, value := range []string{`a"b`, "a%PATH%", "a!b", "a^b", "a\nb"} {
		if text, err := Assignment("cmd", "TOKEN", value); err == nil || strings.Contains(err.Error(), value) {
			t.Errorf("%q: %q %v", value, text, err)
		}
	}
	if _, err := Assignment("zsh5", "TOKEN", "a"); err == nil || !strings.Contains(err.Error(), "sh, fish, powershell, cmd") {
		t.Error(err)
	}
}
