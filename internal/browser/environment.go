package browser

import (
	"os"
	"slices"
	"strings"
)

// secretVariables are those of ours that hold a secret. A browser, its crash reporter and every program it starts have no
// business with them, and their environment is there to be read for as long as they live.
var secretVariables = []string{"OAUTHGET_CLIENT_SECRET", "OAUTHGET_PASSPHRASE"}

// environment is that of the process without the secrets in it; kept is whether there were none.
func (o Opener) environment() (variables []string, kept bool) {
	all := os.Environ()
	variables = slices.DeleteFunc(slices.Clone(all), func(variable string) bool {
		name, _, _ := strings.Cut(variable, "=")
		return isOneOf(secretVariables, name) || isOneOf(o.Without, name)
	})
	return variables, len(variables) == len(all)
}

// isOneOf takes upper and lower case for the same, as Windows does: elsewhere a secret's namesake is not missed either.
func isOneOf(names []string, name string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) })
}
