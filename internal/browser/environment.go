package browser

import (
	"os"
	"slices"
	"strings"
)

// environment returns the environment of the process without the secrets in it: a browser, its crash reporter and the
// programs they start do not need them, and their environment can be read for as long as they run. kept reports whether
// there were none.
func (o Opener) environment() (variables []string, kept bool) {
	all := os.Environ()
	variables = slices.DeleteFunc(slices.Clone(all), func(variable string) bool {
		name, _, _ := strings.Cut(variable, "=")
		return isOneOf(o.Without, name)
	})
	kept = len(variables) == len(all)
	if o.noText {
		variables = append(variables, "BROWSER=false") // xdg-open tries text browsers if it is not set
	}
	return variables, kept
}

// isOneOf compares names without regard to case, as Windows does.
func isOneOf(names []string, name string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) })
}
