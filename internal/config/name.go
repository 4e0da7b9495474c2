package config

import (
	"slices"
	"strings"
	"unicode"

	"github.com/oauthget/oauthget/internal/untrusted"
)

// CheckName says whether a profile may bear the name. It may not bear one of commands: `oauthget NAME` is short for
// `oauthget token NAME`.
func CheckName(name string, commands []string) error {
	if e := checkNameAmong(commands, name); e != nil {
		return e
	}
	return nil
}

func checkNameAmong(commands []string, name string) *Error {
	if slices.Contains(commands, name) {
		return wrong("", "a profile may not bear a command's name: %s", name).advise("give it another name")
	}
	return checkName(name)
}

// checkName judges a profile's name. It stands in commands, in lists and in file names.
func checkName(name string) *Error {
	const most = 100 // bytes
	odd := func(r rune) bool { return !unicode.IsPrint(r) || unicode.IsSpace(r) || strings.ContainsRune(`/\`, r) }
	switch {
	case name == "":
		return wrong("", "a profile's name is not empty")
	case len(name) > most:
		return wrong("", "a profile's name is at most %d bytes long", most)
	case strings.HasPrefix(name, "-"):
		return wrong("", "a profile's name does not begin with a dash: %s", untrusted.Quote(name))
	case name == "." || name == ".." || strings.ContainsFunc(name, odd) || strings.ContainsRune(name, unicode.ReplacementChar):
		return wrong("", "a profile's name holds no space, no slash and no control character: %s", untrusted.Quote(name))
	}
	return nil
}
