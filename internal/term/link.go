package term

import "strconv"

// Link returns text, a URL, as a hyperlink (OSC 8) if the terminal is known to support them: a long address can then be clicked
// even if it spans lines. For other terminals it returns the text itself, since some would show the escape sequence.
func (s Style) Link(text string, getenv func(string) string) string {
	if !s.on || !hasLinks(getenv) {
		return text
	}
	return "\x1b]8;;" + text + "\x1b\\" + text + "\x1b]8;;\x1b\\"
}

// hasLinks recognizes terminals by their environment variables. tmux and screen pass the variables on, but perhaps not the links.
func hasLinks(getenv func(string) string) bool {
	if getenv("TMUX") != "" || getenv("STY") != "" {
		return false
	}
	switch getenv("TERM_PROGRAM") {
	case "iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper":
		return true
	}
	switch getenv("TERM") {
	case "xterm-kitty", "xterm-ghostty", "alacritty", "foot", "foot-extra":
		return true
	}
	// VTE supports them since 0.50. VTE_VERSION is 100 times the version.
	if vte, err := strconv.Atoi(getenv("VTE_VERSION")); err == nil && vte >= 5000 {
		return true
	}
	return getenv("WT_SESSION") != "" || getenv("KONSOLE_VERSION") != "" || getenv("DOMTERM") != ""
}
