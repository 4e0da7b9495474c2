package config

import (
	"net/url"
	"slices"
	"strings"
)

// fromFlags reads the command line: for each profile key the texts given, in order. An empty text clears what the file
// says; for a table that is a setting without values under the name of the table itself.
func fromFlags(flags map[string][]string) (settings, error) {
	out := settings{}
	for _, k := range keys {
		if texts := flags[k.Name]; len(texts) > 0 && !k.Secret {
			if err := out.fromTexts(&k, texts, Origin{FromFlag, "flag --" + k.Flag()}); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// fromTexts adds a key as a command line gives it.
func (s settings) fromTexts(k *Key, texts []string, origin Origin) error {
	set := func(values []string) { s[k.Name] = setting{values: values, origin: origin} }
	switch k.Kind {
	case Table:
		for _, text := range texts {
			if text == "" {
				set(nil)
				continue
			}
			name, value, ok := strings.Cut(text, "=")
			if !ok || name == "" {
				return sourced(origin, wrong(k.Name, "want name=value"))
			}
			name = k.Name + "." + name
			s[name] = setting{values: append(s[name].values, value), origin: origin}
		}
	case Command:
		set(slices.Clone(texts))
	case List:
		set(nonEmpty(texts))
	case Scopes, Ports:
		var values []string
		for _, text := range texts {
			values = append(values, separated(k.Kind, text)...)
		}
		set(values)
	default:
		// As with any command's flags, the last one holds.
		set(texts[len(texts)-1:])
	}
	return nil
}

// fromEnvironment reads the variables OAUTHGET_… that are for this profile. An empty one is taken for unset.
func (in Input) fromEnvironment() (settings, error) {
	out := settings{}
	if in.LookupEnv == nil {
		return out, nil
	}
	for _, k := range keys {
		name := k.Env()
		text, _ := in.LookupEnv(name)
		if text == "" || in.OneOfMany && !k.Personal {
			continue
		}
		origin := Origin{FromEnvironment, name}
		switch k.Kind {
		case Table:
			parameters, err := url.ParseQuery(text)
			if err != nil {
				return nil, sourced(origin, wrong(k.Name, "want name=value&name=value, percent-encoded"))
			}
			for parameter, values := range parameters {
				out[k.Name+"."+parameter] = setting{values: values, origin: origin}
			}
		case List, Command, Scopes, Ports:
			out[k.Name] = setting{values: separated(k.Kind, text), origin: origin}
		default:
			out[k.Name] = setting{values: []string{text}, origin: origin}
		}
	}
	return out, nil
}

func separated(kind Kind, text string) []string {
	if kind == Ports {
		text = strings.ReplaceAll(text, ",", " ")
	}
	return strings.Fields(text)
}

func nonEmpty(texts []string) []string {
	return slices.DeleteFunc(slices.Clone(texts), func(s string) bool { return s == "" })
}

// sourced gives an error of a flag or a variable its place.
func sourced(o Origin, e *Error) *Error {
	if o.Kind == FromFlag || o.Kind == FromEnvironment {
		e.Source = o.Where
	}
	return e
}
