package child

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/oauthget/oauthget/internal/ascii"
)

// Variables returns the environment variables for the tokens of profiles, in order: those given, or base. For several profiles
// each name is appended to base.
func Variables(base string, profiles, given []string) ([]string, error) {
	variables := slices.Clone(given)
	switch {
	case len(given) == 0 && len(profiles) == 1:
		variables = []string{base}
	case len(given) == 0:
		for _, name := range profiles {
			variables = append(variables, base+"_"+variableOf(name))
		}
	case len(given) != len(profiles):
		return nil, fmt.Errorf("%d of --env for %d profiles", len(given), len(profiles))
	}
	for i, v := range variables {
		switch {
		case !isVariable(v):
			return nil, fmt.Errorf("--env takes the name of an environment variable, not %q", v)
		case actedUpon(v):
			return nil, fmt.Errorf("--env refuses variables that the loader or the shell acts on, such as %s: the authorization server chooses the value", v)
		case slices.Contains(variables[:i], v):
			return nil, fmt.Errorf("two profiles cannot share the variable %s: name one for each with --env", v)
		}
	}
	return variables, nil
}

// variableOf returns a profile's name as a part of a variable's.
func variableOf(profile string) string {
	return strings.Map(func(r rune) rune {
		if !ascii.IsAlphanumeric(r) {
			return '_'
		}
		return unicode.ToUpper(r)
	}, profile)
}

// isVariable reports whether every shell accepts s as the name of a variable.
func isVariable(s string) bool { return s != "" && !ascii.IsDigit(s[0]) && ascii.Consists(s, "_") }

// actedUpon reports whether a program's loader or a shell acts on the variable before the program itself runs, such as by loading
// the file that it names. Interpreters have more such variables, and not all are known. These are common to all programs.
func actedUpon(variable string) bool {
	name := strings.ToUpper(variable) // as Windows has it
	return strings.HasPrefix(name, "LD_") || strings.HasPrefix(name, "DYLD_") || slices.Contains([]string{
		"PATH", "IFS", "ENV", "BASH_ENV", "BASHOPTS", "SHELLOPTS", "PS4", "PROMPT_COMMAND", "CDPATH", "ZDOTDIR",
		"SHELL", "HOME", "GCONV_PATH", "GLIBC_TUNABLES", "PATHEXT", "COMSPEC", "SYSTEMROOT", "PSMODULEPATH",
	}, name)
}
