package config

import (
	"slices"
	"strings"
	"unicode"

	"github.com/oauthget/oauthget/internal/untrusted"
)

// CheckName checks a profile's name. It cannot be one of commands, since `oauthget NAME` is short for `oauthget token NAME`.
func CheckName(name string, commands []string) error {
	if e := checkNameAmong(commands, name); e != nil {
		return e
	}
	return nil
}

func checkNameAmong(commands []string, name string) *Error {
	if slices.Contains(commands, name) {
		return wrong("", "a profile cannot have the name of a command: %s", name).advise("give it another name")
	}
	return checkName(name)
}

// checkName checks a name for use in command lines, lists and file names.
func checkName(name string) *Error {
	const most = 100 // bytes
	odd := func(r rune) bool { return !unicode.IsPrint(r) || unicode.IsSpace(r) || strings.ContainsRune(`/\`, r) }
	switch {
	case name == "":
		return wrong("", "a profile's name cannot be empty")
	case len(name) > most:
		return wrong("", "a profile's name is at most %d bytes long", most)
	case strings.HasPrefix(name, "-"):
		return wrong("", "a profile's name cannot begin with a dash: %s", untrusted.Quote(name))
	case name == "." || name == ".." || strings.ContainsFunc(name, odd) || strings.ContainsRune(name, unicode.ReplacementChar):
		e := wrong("", "a profile's name cannot contain spaces, slashes or control characters: %s", untrusted.Quote(name))
		if host, _, path := strings.Cut(name, "/"); path && strings.Contains(strings.Trim(host, "."), ".") {
			return e.advise("the URL of an API begins with its scheme: https://%s", Printable(name))
		}
		return e
	}
	return nil
}
