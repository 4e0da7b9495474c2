package curl

import (
	"fmt"
	"strings"
)

// word is one option, with its value if it takes one, or one URL.
type word struct {
	option string // the long name; urlOption for an argument
	value  string
	off    bool // --no-OPTION
}

const urlOption = "url"

// UnknownOptionError reports an option that may or may not take the next argument, so that nothing after it is certain.
type UnknownOptionError struct{ Option string }

func (e *UnknownOptionError) Error() string {
	return fmt.Sprintf("curl's option %s is unknown to oauthget, so the URLs cannot be determined", e.Option)
}

// split reads args as curl does: long options take the next argument, a letter takes the rest of its own or the next one, and after
// -- there are only URLs. Abbreviated long options, which older versions of curl accept, are unknown here.
func split(args []string) ([]word, error) {
	var words []word
	for i := 0; i < len(args); i++ {
		arg := args[i]
		next := ""
		if i+1 < len(args) {
			next = args[i+1]
		}
		var found []word
		var took bool
		var err error
		switch {
		case arg == "--":
			for _, u := range args[i+1:] {
				words = append(words, word{option: urlOption, value: u})
			}
			return words, nil
		case strings.HasPrefix(arg, "--"):
			found, took, err = long(arg, next)
		case strings.HasPrefix(arg, "-"):
			found, took, err = letters(arg, next)
		default:
			found = []word{{option: urlOption, value: arg}}
		}
		if err != nil {
			return nil, err
		}
		words = append(words, found...)
		if took {
			i++
		}
	}
	return words, nil
}

func long(arg, next string) (found []word, tookNext bool, err error) {
	name := strings.TrimPrefix(arg, "--")
	if o, ok := options()[name]; ok && !strings.HasPrefix(name, "-") {
		if o.value {
			return []word{{option: o.name, value: next}}, true, nil
		}
		return []word{{option: o.name}}, false, nil
	}
	bare, negated := strings.CutPrefix(name, "no-")
	if o, ok := options()[bare]; ok && negated && !o.value && !strings.HasPrefix(bare, "-") {
		return []word{{option: o.name, off: true}}, false, nil
	}
	return nil, false, &UnknownOptionError{arg}
}

func letters(arg, next string) (found []word, tookNext bool, err error) {
	if arg == "-" {
		return nil, false, &UnknownOptionError{arg}
	}
	for i := 1; i < len(arg); i++ {
		o, ok := options()["-"+arg[i:i+1]]
		switch rest := arg[i+1:]; {
		case !ok:
			return nil, false, &UnknownOptionError{"-" + arg[i:i+1]}
		case !o.value:
			found = append(found, word{option: o.name})
		case rest != "":
			return append(found, word{option: o.name, value: rest}), false, nil
		default:
			return append(found, word{option: o.name, value: next}), true, nil
		}
	}
	return found, false, nil
}
