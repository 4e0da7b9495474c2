package config

import (
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// tomlForm is what a value may look like in the file.
type tomlForm struct {
	alone, listed kinds // as it is, and in an array
	want          string
}

// kinds is a set of unstable.Kind.
type kinds uint32

func (k kinds) has(kind unstable.Kind) bool { return k&(1<<kind) != 0 }

func (p place) form() tomlForm {
	const text, integer, boolean = 1 << unstable.String, 1 << unstable.Integer, 1 << unstable.Bool
	want := p.key.Kind.want()
	switch p.key.Kind {
	case Table:
		return tomlForm{text | boolean | integer, text, "a string, a boolean, an integer or an array of strings"}
	case Bool:
		return tomlForm{boolean, 0, want}
	case Integer:
		return tomlForm{integer, 0, want}
	case Ports:
		return tomlForm{integer, integer, want}
	case Command:
		return tomlForm{0, text, want}
	case List, Scopes:
		return tomlForm{text, text, want}
	default:
		return tomlForm{text, 0, want}
	}
}

// decode gives the texts of a value, or says what was wanted instead. A boolean is "true" or "false", an integer is in
// decimal.
func decode(at place, value *unstable.Node) ([]string, *Error) {
	form := at.form()
	if value.Kind != unstable.Array {
		if !form.alone.has(value.Kind) {
			return nil, wrong(at.name(), "want %s, not %s", form.want, article(value.Kind))
		}
		text, err := scalar(at, value)
		if err != nil {
			return nil, err
		}
		if at.key.Kind == Scopes {
			return strings.Fields(text), nil
		}
		return []string{text}, nil
	}
	if form.listed == 0 {
		return nil, wrong(at.name(), "want %s, not an array", form.want)
	}
	texts := []string{}
	for it := value.Children(); it.Next(); {
		if !form.listed.has(it.Node().Kind) {
			return nil, wrong(at.name(), "want %s, not an array with %s in it", form.want, article(it.Node().Kind))
		}
		text, err := scalar(at, it.Node())
		if err != nil {
			return nil, err
		}
		texts = append(texts, text)
	}
	return texts, nil
}

func scalar(at place, value *unstable.Node) (string, *Error) {
	if value.Kind != unstable.Integer {
		return string(value.Data), nil
	}
	// TOML's prefixes, signs and underscores are those that Go takes with base 0; its leading zeroes are refused by the
	// parser.
	n, err := strconv.ParseInt(string(value.Data), 0, 64)
	if err != nil {
		return "", wrong(at.name(), "the integer is out of range")
	}
	return strconv.FormatInt(n, 10), nil
}

func article(k unstable.Kind) string {
	switch k {
	case unstable.InlineTable:
		return "a table"
	case unstable.Array:
		return "an array"
	case unstable.Integer:
		return "an integer"
	case unstable.Bool:
		return "a boolean"
	case unstable.String:
		return "a string"
	case unstable.Float:
		return "a float"
	default:
		return "a date or time"
	}
}
