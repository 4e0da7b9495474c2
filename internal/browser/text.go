package browser

import (
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// textBrowsers are programs that need a terminal.
var textBrowsers = []string{"w3m", "lynx", "links", "links2", "elinks", "browsh", "chawan", "cha", "edbrowse", "netrik", "retawq"}

// isText reports whether a command starts a text browser, also by a link such as Debian's www-browser.
func isText(words []string) bool {
	if slices.Contains(words[1:], "-g") { // links draws in a window
		return false
	}
	path := words[0]
	if found, err := exec.LookPath(path); err == nil {
		path = found
	}
	if target, err := filepath.EvalSymlinks(path); err == nil && slices.Contains(textBrowsers, filepath.Base(target)) {
		return true
	}
	return slices.Contains(textBrowsers, strings.TrimSuffix(filepath.Base(path), ".exe"))
}

// named returns the commands that the user named, without the text browsers. onlyText reports whether there are no others.
func (o Opener) named() (commands [][]string, onlyText bool) {
	all := splitList(o.commands(), o.os())
	some := len(all) > 0
	commands = slices.DeleteFunc(all, isText)
	return commands, some && len(commands) == 0
}
