package config

import (
	"slices"
	"strings"

	"github.com/oauthget/oauthget/internal/tomlfile"
)

// Kind says what a key holds and so how it is written in TOML, in a flag and in the environment.
type Kind int

// The kinds. "Text" is a flag's value or that of an environment variable.
const (
	String  Kind = iota // a string
	Bool                // true or false
	List                // strings: repeated flags; in the environment separated by spaces
	Scopes              // as List, but each text may hold several, separated by spaces (RFC 6749 §3.3)
	Integer             // an integer
	Ports               // integers; in texts separated by commas or spaces
	Command             // a program and its arguments: one repeated flag each; in the environment separated by spaces
	Table               // parameters: repeated flags name=value; in the environment application/x-www-form-urlencoded
)

// forms tells what a value of each kind may be in the file. For a Table these are the values in it.
var forms = [...]struct {
	want   string
	alone  tomlKinds
	listed tomlKinds // in an array; nil where an array is none
}{
	String:  {"a string", tomlKinds{tomlfile.String}, nil},
	Bool:    {"true or false", tomlKinds{tomlfile.Bool}, nil},
	List:    {"a string or an array of strings", tomlKinds{tomlfile.String}, tomlKinds{tomlfile.String}},
	Scopes:  {"a string or an array of strings", tomlKinds{tomlfile.String}, tomlKinds{tomlfile.String}},
	Integer: {"an integer", tomlKinds{tomlfile.Integer}, nil},
	Ports:   {"an array of integers", tomlKinds{tomlfile.Integer}, tomlKinds{tomlfile.Integer}},
	Command: {"an array of strings, the program first", nil, tomlKinds{tomlfile.String}},
	Table: {
		"a string, a boolean, an integer or an array of strings",
		tomlKinds{tomlfile.String, tomlfile.Bool, tomlfile.Integer},
		tomlKinds{tomlfile.String},
	},
}

type tomlKinds []tomlfile.Kind

func (k tomlKinds) has(kind tomlfile.Kind) bool { return slices.Contains(k, kind) }

// tomlText writes a value of a key as it stands in the file.
func tomlText(kind Kind, values []string) string {
	switch {
	case kind == Bool || kind == Integer:
		return values[0]
	case kind == Ports:
		return "[" + strings.Join(values, ", ") + "]"
	case kind == String || kind == Table && len(values) == 1:
		return tomlfile.Quote(values[0])
	}
	return tomlfile.QuoteAll(values)
}
