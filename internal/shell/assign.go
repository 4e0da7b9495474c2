package shell

import (
	"errors"
	"fmt"
	"strings"
)

// Names are the shells whose assignments are known.
var Names = []string{"sh", "fish", "powershell", "cmd"}

// Default is the shell that a person most likely has on a system: its GOOS.
func Default(goos string) string {
	if goos == "windows" {
		return "powershell"
	}
	return "sh"
}

// Assignment returns the command, with a newline, by which a shell sets a variable of the environment: for eval, source or
// Invoke-Expression. An error says that the shell is none of Names, or cannot be given the value.
func Assignment(shell, name, value string) (string, error) {
	switch shell {
	case "sh":
		return "export " + name + "=" + Quote(value) + "\n", nil
	case "fish":
		// "The only meaningful escape sequences in single quotes are \', which escapes a single quote and \\, which escapes the
		// backslash symbol." fish(1), Quotes
		return "set -gx " + name + " '" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(value) + "'\n", nil
	case "powershell":
		// PowerShell takes typographic quotes for straight ones.
		return "$env:" + name + " = '" + strings.NewReplacer("'", "''", "‘", "‘‘", "’", "’’", "‚", "‚‚", "‛", "‛‛").Replace(value) + "'\n", nil
	case "cmd":
		// What % and ! mean depends on who reads the line, and a quote ends the word.
		if strings.ContainsAny(value, "\"%!^\r\n") {
			return "", errors.New("cmd has no way to quote the value; use another shell")
		}
		return `set "` + name + "=" + value + "\"\n", nil
	}
	return "", fmt.Errorf("unknown shell %q: one of %s", shell, strings.Join(Names, ", "))
}
