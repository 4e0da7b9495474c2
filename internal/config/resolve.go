package config

import (
	"errors"
	"maps"
	"os"
	"strings"

	"github.com/oauthget/oauthget/internal/shell"
)

// Input is all that a Profile is made of.
type Input struct {
	File *File  // nil where there is none
	Name string // empty for the default one
	// Flags holds, by profile key, the texts given on the command line, in order.
	Flags     map[string][]string
	LookupEnv func(string) (string, bool) // os.LookupEnv; nil for no environment
	Commands  []string                    // names that a profile may not bear
	// OneOfMany says that the variables of the environment were not set with this profile in mind: it is one of several, or
	// another one presents its token. Those that describe a client are not for it, since a client secret would go to
	// whatever server the profile names.
	OneOfMany bool
}

// Resolve gives the profile by flag over environment over file over default, checked, and where each value came from.
// A failure is an *Error.
func Resolve(in Input) (Profile, Origins, error) {
	flags, err := in.fromFlags()
	if err != nil {
		return Profile{}, nil, err
	}
	environment, err := in.fromEnvironment()
	if err != nil {
		return Profile{}, nil, err
	}
	given := overlay(environment, flags)
	name, err := in.profileName(given)
	if err != nil {
		return Profile{}, nil, err
	}
	file, head, err := in.fromFile(name)
	if err != nil {
		return Profile{}, nil, err
	}
	r := resolution{file: in.File, name: name, head: head, settings: overlay(overlay(defaults(), file), given).withoutCleared()}
	if err := r.check(); err != nil {
		return Profile{}, nil, err
	}
	origins := Origins{}
	for key, s := range r.settings {
		if origins[key] = s.origin; s.origin.Kind == FromFile {
			origins[key] = Origin{FromFile, inFile(in.File.Path, s.line)}
		}
	}
	return r.profile(in.home()), origins, nil
}

// withoutCleared takes out what an empty flag clears: the key is as if nobody had said it.
func (s settings) withoutCleared() settings {
	for key, given := range s {
		if k, _ := lookUp(key); given.origin.Kind != FromFlag || !clears(given.values) || k != nil && k.Kind == Table {
			continue // a parameter may be empty
		}
		delete(s, key)
		if d, ok := defaults()[key]; ok {
			s[key] = d
		}
	}
	return s
}

// overlay puts stronger settings over weaker ones. Parameters are overlaid one by one, unless the table itself is
// cleared; the ways to give the client
// secret are one setting, so that a file's secret never meets a flag's, and so are the ways to open the file store.
func overlay(weak, strong settings) settings {
	out := maps.Clone(weak)
	for key := range strong {
		k := find(keys, key)
		if k == nil || k.Kind != Table && k.group == "" {
			continue
		}
		maps.DeleteFunc(out, func(other string, _ setting) bool {
			o, _ := lookUp(other)
			return k.group != "" && o != nil && o.group == k.group || strings.HasPrefix(other, key+".")
		})
	}
	maps.Copy(out, strong)
	return out
}

func defaults() settings {
	out := settings{}
	for _, k := range keys {
		if k.Default != "" {
			out[k.Name] = setting{values: []string{k.Default}, origin: Origin{FromDefault, "default"}}
		}
	}
	return out
}

// fromFlags reads the command line.
func (in Input) fromFlags() (settings, error) {
	out := settings{}
	for _, k := range keys {
		if texts := in.Flags[k.Name]; len(texts) > 0 && !k.Secret {
			if err := out.fromFlags(&k, texts, Origin{FromFlag, "flag --" + k.Flag()}); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// fromEnvironment reads the variables OAUTHGET_… that are for this profile. An empty one is taken for unset.
func (in Input) fromEnvironment() (settings, error) {
	out := settings{}
	if in.LookupEnv == nil {
		return out, nil
	}
	for _, k := range keys {
		text, _ := in.LookupEnv(k.Env())
		if text == "" || in.OneOfMany && !k.Personal {
			continue
		}
		if err := out.fromVariable(&k, text, Origin{FromEnvironment, k.Env()}); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// sourced gives an error of a flag or a variable its place.
func sourced(o Origin, e *Error) *Error {
	if o.Kind == FromFlag || o.Kind == FromEnvironment {
		e.Source = o.Where
	}
	return e
}

// profileName decides which profile is meant. Empty: none, flags and environment say it all.
func (in Input) profileName(given settings) (string, error) {
	if in.Name != "" {
		if e := checkNameAmong(in.Commands, in.Name); e != nil {
			return "", e
		}
		return in.Name, nil
	}
	if given.client() && given.server() {
		return "", nil
	}
	if in.File == nil {
		return "", (&Error{Err: errors.New("no profile is named, and there is no profile file")}).
			advise("oauthget profile add NAME --issuer URL --client-id ID")
	}
	if name := in.File.DefaultProfile(); name != "" {
		return name, nil
	}
	known := in.File.Profiles()
	switch len(known) {
	case 1:
		return known[0], nil
	case 0:
		return "", (&Error{Path: in.File.Path, Err: errors.New("there is no profile in it")}).
			advise("oauthget profile add NAME --issuer URL --client-id ID")
	default:
		e := &Error{Path: in.File.Path, Key: keyDefaultProfile, Err: errors.New("no profile is named, and there is no default_profile")}
		return "", e.advise("name one, as in: oauthget token %s", known[0])
	}
}

// fromFile gives the named profile's settings, and the place of the profile for errors about what is not there.
func (in Input) fromFile(name string) (settings, head, error) {
	if in.File == nil {
		if name != "" {
			return nil, head{}, (&Error{Err: &UnknownProfileError{Name: name}}).
				advise("oauthget profile add %s --issuer URL --client-id ID", shell.Word(name))
		}
		return settings{}, head{}, nil
	}
	if name == "" {
		return inherit(settings{}, in.File.top), head{}, nil
	}
	t := in.File.profile(name)
	if t == nil {
		return nil, head{}, in.unknownProfile(name)
	}
	if e := checkNameAmong(in.Commands, name); e != nil {
		e.Path, e.Line, e.Column = in.File.Path, t.line, t.column
		return nil, head{}, e
	}
	// Whether or not something stronger takes its place: it is in the file.
	if err := (resolution{file: in.File, settings: t.settings}).readable(); err != nil {
		return nil, head{}, err
	}
	return inherit(t.settings, in.File.top), head{t.line, t.column}, nil
}

// inherit lets a profile have the file's store, and what opens it, where it names none of its own.
func inherit(profile, top settings) settings {
	top = maps.Clone(top)
	delete(top, keyDefaultProfile)
	return overlay(top, profile)
}

func (in Input) unknownProfile(name string) error {
	e := &Error{Path: in.File.Path}
	near := nearest(name, in.File.Profiles())
	e.Err, e.Suggestion, e.Advice = &UnknownProfileError{Name: name, Near: near}, first(near), "oauthget profile list"
	if s := in.File.top[keyDefaultProfile]; in.Name == "" {
		e.Key, e.Line, e.Column = keyDefaultProfile, s.line, s.column
	}
	return e
}

func (in Input) home() func() (string, error) {
	return func() (string, error) {
		if in.LookupEnv != nil {
			if home, _ := in.LookupEnv("HOME"); home != "" {
				return home, nil
			}
		}
		return os.UserHomeDir()
	}
}

// head is where a profile begins in the file; zero where it does not come from one.
type head struct{ line, column int }

// text gives the value of a key that holds one, or empty.
func (s settings) text(key string) string {
	if v := s[key].values; len(v) > 0 {
		return v[0]
	}
	return ""
}

func (s settings) client() bool { return s.text("client_id") != "" }

// server reports whether an authorization server is named at all.
func (s settings) server() bool { return s.text("issuer") != "" || s.text("token_endpoint") != "" }
