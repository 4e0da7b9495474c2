package config

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/oauthget/oauthget/internal/form"
	"github.com/oauthget/oauthget/internal/tomlfile"
)

// Kind says what a key holds, and how it is written in TOML, as a flag and in the environment.
type Kind int

// The kinds. A text is the value of a flag or variable.
const (
	String   Kind = iota // a string
	Path                 // a file; relative to the profile file, or below ~/
	JSON                 // JSON in a string; in TOML an array or a table too
	Bool                 // true or false
	Integer              // an integer
	List                 // strings: repeated flags; in the environment separated by spaces
	Scopes               // as List, but each text may hold several, separated by spaces (RFC 6749 §3.3)
	Ports                // integers; in texts separated by commas or spaces
	Command              // a program and its arguments: one repeated flag each; in the environment separated by spaces
	Lifetime             // seconds, or "never"
	Table                // parameters: repeated flags name=value; in the environment application/x-www-form-urlencoded
)

// kinds describes the kinds. A Table's row is about the values in it.
var kinds = [...]struct {
	want   string                      // the form in the file, for errors
	alone  tomlKinds                   // what a value may be
	listed tomlKinds                   // what an array may hold; nil if there must be none
	check  func(values []string) error // for keys without their own; may be nil
}{
	String:   {want: "a string", alone: tomlKinds{tomlfile.String}, check: form.Text},
	Path:     {want: "a string", alone: tomlKinds{tomlfile.String}, check: form.Text},
	JSON:     {want: "JSON in a string, an array or a table", alone: tomlKinds{tomlfile.String, tomlfile.Array, tomlfile.Table}},
	Bool:     {want: "true or false", alone: tomlKinds{tomlfile.Bool}, check: form.Bool},
	Integer:  {want: "an integer", alone: tomlKinds{tomlfile.Integer}},
	List:     {want: "a string or an array of strings", alone: tomlKinds{tomlfile.String}, listed: tomlKinds{tomlfile.String}, check: form.Texts},
	Scopes:   {want: "a string or an array of strings", alone: tomlKinds{tomlfile.String}, listed: tomlKinds{tomlfile.String}, check: form.Scopes},
	Ports:    {want: "an array of integers", alone: tomlKinds{tomlfile.Integer}, listed: tomlKinds{tomlfile.Integer}, check: form.Ports},
	Command:  {want: "an array of strings, the program first", listed: tomlKinds{tomlfile.String}, check: form.Command},
	Lifetime: {want: `a number of seconds or "never"`, alone: tomlKinds{tomlfile.Integer, tomlfile.String}, check: form.Lifetime},
	Table: {
		want:  "a string, a boolean, an integer or an array of strings",
		alone: tomlKinds{tomlfile.String, tomlfile.Bool, tomlfile.Integer}, listed: tomlKinds{tomlfile.String},
	},
}

type tomlKinds []tomlfile.Kind

func (k tomlKinds) has(kind tomlfile.Kind) bool { return slices.Contains(k, kind) }

// isText reports whether the kind holds one string. An empty one counts as not set.
func (k Kind) isText() bool { return k == String || k == Path || k == JSON }

// fromTOML returns the values of a node. name is for errors.
func (k Kind) fromTOML(name string, n *tomlfile.Node) ([]string, *Error) {
	kind := kinds[k]
	switch {
	case n.Kind == tomlfile.Array && kind.listed != nil:
		values := []string{}
		for _, item := range n.Children {
			if !kind.listed.has(item.Kind) {
				return nil, wrong(name, "want %s, not an array with %s in it", kind.want, item.Kind)
			}
			values = append(values, item.Text)
		}
		return values, nil
	case !kind.alone.has(n.Kind):
		return nil, mismatch(name, kind.want, n)
	case k == JSON && n.Kind != tomlfile.String:
		text, err := n.JSON()
		if err != nil {
			return nil, wrong(name, "%w", err)
		}
		return []string{text}, nil
	case k == Scopes:
		return strings.Fields(n.Text), nil
	}
	return []string{n.Text}, nil
}

// toTOML writes values for the file.
func (k Kind) toTOML(values []string) string {
	if kinds[k].listed == nil || k == Table && len(values) == 1 {
		return k.scalar(values[0])
	}
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = k.scalar(v)
	}
	return "[" + strings.Join(texts, ", ") + "]"
}

func (k Kind) scalar(value string) string {
	_, err := strconv.ParseInt(value, 10, 64)
	if k == Bool || k != Table && err == nil && kinds[k].alone.has(tomlfile.Integer) {
		return value
	}
	return tomlfile.Quote(value)
}

// fromFlags adds the texts of a key's flag, in order. An empty one clears what the file says: a table is cleared by a setting
// without values under its own name.
func (s settings) fromFlags(k *Key, texts []string, origin Origin) error {
	var values []string
	switch k.Kind {
	case Table:
		for _, text := range texts {
			name, value, ok := strings.Cut(text, "=")
			switch {
			case text == "":
				s[k.Name] = setting{origin: origin}
				continue
			case !ok || name == "":
				return sourced(origin, wrong(k.Name, "want name=value"))
			}
			name = k.Name + "." + name
			s[name] = setting{values: append(s[name].values, value), origin: origin}
		}
		return nil
	case Command:
		values = texts
	case List:
		for _, text := range texts {
			if text != "" {
				values = append(values, text)
			}
		}
	case Scopes, Ports:
		for _, text := range texts {
			values = append(values, k.Kind.separated(text)...)
		}
	default:
		// The last one counts, as is usual for flags.
		values = texts[len(texts)-1:]
	}
	s[k.Name] = setting{values: values, origin: origin}
	return nil
}

// fromVariable adds the text of a key's environment variable.
func (s settings) fromVariable(k *Key, text string, origin Origin) error {
	switch k.Kind {
	case Table:
		parameters, err := url.ParseQuery(text)
		if err != nil {
			return sourced(origin, wrong(k.Name, "want name=value&name=value, percent-encoded"))
		}
		for name, values := range parameters {
			s[k.Name+"."+name] = setting{values: values, origin: origin}
		}
	case List, Command, Scopes, Ports:
		s[k.Name] = setting{values: k.Kind.separated(text), origin: origin}
	default:
		s[k.Name] = setting{values: []string{text}, origin: origin}
	}
	return nil
}

func (k Kind) separated(text string) []string {
	if k == Ports {
		text = strings.ReplaceAll(text, ",", " ")
	}
	return strings.Fields(text)
}
