package term

import "testing"

func TestLinkNeedsATerminalKnownToSupportIt(t *testing.T) {
	const u = "https://as.example/authorize?a=b"
	for name, c := range map[string]struct {
		mode string
		env  map[string]string
		want bool
	}{
		"GNOME Terminal":       {"always", map[string]string{"VTE_VERSION": "7600"}, true},
		"an old VTE":           {"always", map[string]string{"VTE_VERSION": "4205"}, false},
		"a wrong VTE":          {"always", map[string]string{"VTE_VERSION": "new"}, false},
		"kitty":                {"always", map[string]string{"TERM": "xterm-kitty"}, true},
		"Windows Terminal":     {"always", map[string]string{"WT_SESSION": "1"}, true},
		"Konsole":              {"always", map[string]string{"KONSOLE_VERSION": "230804"}, true},
		"VS Code":              {"always", map[string]string{"TERM_PROGRAM": "vscode"}, true},
		"Apple's Terminal":     {"always", map[string]string{"TERM_PROGRAM": "Apple_Terminal"}, false},
		"tmux inside of kitty": {"always", map[string]string{"TERM": "xterm-kitty", "TMUX": "/tmp/x"}, false},
		"nothing known":        {"always", nil, false},
		"no colour":            {"never", map[string]string{"VTE_VERSION": "7600"}, false},
	} {
		getenv := func(n string) string { return c.env[n] }
		got := NewStyle(c.mode, nil, getenv).Link(u, getenv)
		want := u
		if c.want {
			want = "\x1b]8;;" + u + "\x1b\\" + u + "\x1b]8;;\x1b\\"
		}
		if got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
}
