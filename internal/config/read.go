package config

import (
	"github.com/oauthget/oauthget/internal/similar"
	"github.com/oauthget/oauthget/internal/tomlfile"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// setting is the value of a key with its origin.
type setting struct {
	values       []string
	origin       Origin // without Where if it is from the file: see line
	line, column int    // 0 outside of a file
}

// settings are the settings by key name. A parameter is named TABLE.PARAMETER.
type settings map[string]setting

// table is what the file says about one profile.
type table struct {
	name         string
	settings     settings
	line, column int // of its first mention
}

// read checks the document against the known keys and keeps its settings.
func (f *File) read() error {
	f.top, f.profiles = settings{}, nil
	for _, n := range f.document.Root.Children {
		if n.Name == keyProfiles {
			if err := f.readProfiles(n); err != nil {
				return err
			}
			continue
		}
		k := find(topKeys, n.Name)
		if k == nil {
			return f.near(n, unknownTop(n.Name))
		}
		if err := f.keep(f.top, k, n); err != nil {
			return err
		}
	}
	return nil
}

func (f *File) readProfiles(profiles *tomlfile.Node) error {
	if profiles.Kind != tomlfile.Table {
		return f.at(profiles, noTable(profiles.Path(), profiles))
	}
	for _, p := range profiles.Children {
		if err := checkName(p.Name); err != nil {
			return f.near(p, err)
		}
		if p.Kind != tomlfile.Table {
			return f.at(p, noTable(p.Path(), p))
		}
		t := &table{p.Name, settings{}, p.Line, p.Column}
		f.profiles = append(f.profiles, t)
		for _, n := range p.Children {
			k := find(keys, n.Name)
			if k == nil {
				return f.near(n, unknown(n.Name, names(keys)))
			}
			if err := f.keep(t.settings, k, n); err != nil {
				return err
			}
		}
	}
	return nil
}

// keep adds the value of a key to settings.
func (f *File) keep(into settings, k *Key, n *tomlfile.Node) error {
	if k.Kind != Table {
		values, err := k.Kind.fromTOML(k.Name, n)
		if err != nil {
			return f.at(n, err)
		}
		into[k.Name] = setting{values, Origin{Kind: FromFile}, n.Line, n.Column}
		return nil
	}
	if n.Kind != tomlfile.Table {
		return f.at(n, noTable(k.Name, n))
	}
	for _, parameter := range n.Children {
		name := k.Name + "." + parameter.Name
		values, err := Table.fromTOML(name, parameter)
		switch {
		case parameter.Name == "":
			return f.near(parameter, wrong(k.Name, "a parameter has a name"))
		case err != nil && parameter.Kind == tomlfile.Table:
			err.Advice = `put a name with a dot in quotes: "a.b" = "value"`
			fallthrough
		case err != nil:
			return f.at(parameter, err)
		}
		into[name] = setting{values, Origin{Kind: FromFile}, parameter.Line, parameter.Column}
	}
	return nil
}

// at adds the place of n to an error.
func (f *File) at(n *tomlfile.Node, e *Error) *Error {
	e.Path, e.Line, e.Column = f.Path, n.Line, n.Column
	return e
}

// near adds the place of n and an excerpt to an error.
func (f *File) near(n *tomlfile.Node, e *Error) *Error {
	e.Excerpt = f.document.Excerpt(n)
	return f.at(n, e)
}

// mismatch returns the error for a value of the wrong kind.
func mismatch(name, want string, n *tomlfile.Node) *Error {
	return wrong(name, "want %s, not %s", want, n.Kind)
}

// noTable returns the error for a value that is not a table.
func noTable(name string, n *tomlfile.Node) *Error {
	e := mismatch(name, "a table", n)
	if n.Kind == tomlfile.Array {
		e.Advice = "write [" + n.Path() + "]"
	}
	return e
}

func unknown(name string, known []string) *Error {
	e := wrong("", "unknown key %s", untrusted.Quote(name))
	e.Key = name
	e.Suggestion = first(similar.To(name, known))
	return e
}

// unknownTop covers two common mistakes: a key of a profile outside of one, and [work] for [profiles.work].
func unknownTop(name string) *Error {
	e := unknown(name, append(names(topKeys), keyProfiles))
	if find(keys, name) != nil {
		e.Suggestion = ""
		return e.advise("put it under a profile: [profiles.NAME]")
	}
	if e.Suggestion == "" {
		e.Advice = "a profile is a table named [profiles.NAME]"
	}
	return e
}
