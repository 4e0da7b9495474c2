package agent

import (
	"path"
	"strings"

	"github.com/oauthget/oauthget/internal/shell"
)

// Assignment is a line that makes a shell ask the agent at socket. sh is the path or name of the shell; an unknown one is taken for
// one of POSIX.
func Assignment(sh, socket string) string {
	name := strings.TrimSuffix(path.Base(strings.ReplaceAll(sh, `\`, "/")), ".exe")
	switch name {
	case "fish":
		return "set -gx " + Variable + " " + fishQuote(socket) + ";\n"
	case "csh", "tcsh":
		return "setenv " + Variable + " " + shell.Quote(socket) + ";\n"
	case "pwsh", "powershell":
		return "$env:" + Variable + " = '" + strings.ReplaceAll(socket, "'", "''") + "'\n"
	}
	return "export " + Variable + "=" + shell.Quote(socket) + "\n"
}

// fishQuote quotes for fish, where \ and ' are escaped within single quotes.
func fishQuote(text string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(text) + "'"
}
