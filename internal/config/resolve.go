package config

import (
	"errors"
	"maps"
	"strings"

	"github.com/oauthget/oauthget/internal/shell"
	"github.com/oauthget/oauthget/internal/similar"
)

// Input is what a Profile is made of.
type Input struct {
	File *File  // nil if there is none
	Name string // empty for the default one
	// Flags holds the texts of each key's flag, in order.
	Flags     map[string][]string
	LookupEnv func(string) (string, bool) // os.LookupEnv; nil for no environment
	Commands  []string                    // names that a profile cannot have
	// OneOfMany is set for one of several profiles, and for a profile whose token another one presents. Variables that
	// describe a client do not apply to it: a client secret would be sent to whatever server the profile names.
	OneOfMany bool
}

// Resolve returns the checked profile and the origin of each value: flags override the environment, the environment
// overrides the file, the file overrides the preset, and the preset overrides defaults. An error is an *Error.
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
	r := resolution{getenv: in.getenv, file: in.File, name: name, head: head, settings: overlay(file, given)}
	if err := r.addPreset(); err != nil {
		return Profile{}, nil, err
	}
	r.settings = overlay(defaults(), r.settings).withoutCleared()
	r.settings.addSubjectType()
	if err := r.check(); err != nil {
		return Profile{}, nil, err
	}
	origins := Origins{}
	for key, s := range r.settings {
		if origins[key] = s.origin; s.origin.Kind == FromFile {
			origins[key] = Origin{FromFile, inFile(in.File.Path, s.line)}
		}
	}
	return r.profile(), origins, nil
}

// withoutCleared resets keys that an empty flag clears.
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

// addSubjectType adds the type of the job's identity token: unlike that of other subject tokens, it is known.
func (s settings) addSubjectType() {
	if s.text(keySubjectGitHub) != "" && s.text(keySubjectType) == "" {
		s[keySubjectType] = setting{values: []string{"jwt"}, origin: Origin{FromDefault, "default"}}
	}
}

// overlay returns weak settings overridden by strong ones. Parameters are overridden one by one, unless the table itself is
// cleared. The keys of a group count as one: a flag's client_secret_env overrides a file's client_secret_file.
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

// fromFlags returns the settings of the command line.
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

// fromEnvironment returns the settings of the variables OAUTHGET_… that apply. An empty variable counts as unset.
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

// sourced adds the flag or variable to an error.
func sourced(o Origin, e *Error) *Error {
	if o.Kind == FromFlag || o.Kind == FromEnvironment {
		e.Source = o.Where
	}
	return e
}

// profileName decides which profile to use. It is empty if flags and environment describe the client.
func (in Input) profileName(given settings) (string, error) {
	if in.Name != "" {
		if e := checkNameAmong(in.Commands, in.Name); e != nil {
			return "", e
		}
		return in.Name, nil
	}
	if given.client() && given.server() || given.text("url") != "" {
		return "", nil
	}
	if in.File == nil && given.text(keyPreset) != "" {
		return "", nil
	}
	if in.File == nil {
		return "", (&Error{Err: errors.New("no profile was named, and there is no profile file")}).
			advise("oauthget setup")
	}
	if name := in.File.DefaultProfile(); name != "" {
		return name, nil
	}
	known := in.File.Profiles()
	switch len(known) {
	case 1:
		return known[0], nil
	case 0:
		return "", (&Error{Path: in.File.Path, Err: errors.New("it contains no profiles")}).
			advise("oauthget setup")
	default:
		e := &Error{Path: in.File.Path, Key: keyDefaultProfile, Err: errors.New("no profile was named, and there is no default_profile")}
		return "", e.advise("name a profile: oauthget token %s", shell.Word(known[0]))
	}
}

// fromFile returns the settings of a profile, and its place for errors about missing keys.
func (in Input) fromFile(name string) (settings, head, error) {
	if in.File == nil {
		if name != "" {
			return nil, head{}, (&Error{Err: &UnknownProfileError{Name: name}}).
				advise("oauthget setup %s", shell.Word(name))
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
	// This is about the file, even if the secret is overridden.
	if err := (resolution{file: in.File, settings: t.settings}).readable(); err != nil {
		return nil, head{}, err
	}
	return inherit(t.settings, in.File.top), head{t.line, t.column}, nil
}

// inherit adds the keys outside of profiles to a profile.
func inherit(profile, top settings) settings {
	top = maps.Clone(top)
	delete(top, keyDefaultProfile)
	return overlay(top, profile)
}

func (in Input) unknownProfile(name string) error {
	e := &Error{Path: in.File.Path}
	near := similar.To(name, in.File.Profiles())
	e.Err, e.Suggestion, e.Advice = &UnknownProfileError{Name: name, Near: near}, first(near), "oauthget profile list"
	if s := in.File.top[keyDefaultProfile]; in.Name == "" {
		e.Key, e.Line, e.Column = keyDefaultProfile, s.line, s.column
	}
	return e
}

func (in Input) getenv(name string) string {
	if in.LookupEnv == nil {
		return ""
	}
	value, _ := in.LookupEnv(name)
	return value
}

// head is where a profile begins in the file; zero if it is not from a file.
type head struct{ line, column int }

// text returns the first value of a key, or empty.
func (s settings) text(key string) string {
	if v := s[key].values; len(v) > 0 {
		return v[0]
	}
	return ""
}

func (s settings) client() bool { return s.text("client_id") != "" }

// server reports whether an authorization server is named.
func (s settings) server() bool {
	return s.text("issuer") != "" || s.text("token_endpoint") != "" || s.text(keyPreset) != ""
}
