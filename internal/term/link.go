package term

import "strconv"

// Link makes of text, which is a URL, a hyperlink (OSC 8) where the terminal is known to have them: a long address is then
// one thing to click on, however many lines it takes. A terminal that is not known gets the text: some show the escape
// sequence.
func (s Style) Link(text string, getenv func(string) string) string {
	if !s.on || !hasLinks(getenv) {
		return text
	}
	return "\x1b]8;;" + text + "\x1b\\" + text + "\x1b]8;;\x1b\\"
}

// hasLinks knows terminals by what they put into the environment. tmux and screen hand the variables on and may not hand
// on the links.
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
	// VTE has them since 0.50, and its version is 100 times that.
	if vte, err := strconv.Atoi(getenv("VTE_VERSION")); err == nil && vte >= 5000 {
		return true
	}
	return getenv("WT_SESSION") != "" || getenv("KONSOLE_VERSION") != "" || getenv("DOMTERM") != ""
}
