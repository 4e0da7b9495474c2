package config

import "github.com/oauthget/oauthget/internal/untrusted"

// place is what a path in the file stands for.
type place struct {
	profile   string
	key       *Key   // nil for the table of the profiles and for a profile
	parameter string // the name in a Table
	isTable   bool
}

// name of the setting, in the form settings are kept under.
func (p place) name() string {
	if p.parameter != "" {
		return p.key.Name + "." + p.parameter
	}
	return p.key.Name
}

// locate checks a path against the keys there are.
func locate(path [][]byte) (place, *Error) {
	if string(path[0]) != keyProfiles {
		k := find(topKeys, path[0])
		if k == nil {
			return place{}, unknownTop(path)
		}
		return place{key: k}, tooDeep(k, path[1:])
	}
	if len(path) == 1 {
		return place{isTable: true}, nil
	}
	at := place{profile: string(path[1])}
	if len(path) == 2 {
		at.isTable = true
		return at, checkName(at.profile)
	}
	if at.key = find(keys, path[2]); at.key == nil {
		return place{}, unknown(path[2], names(keys))
	}
	if at.key.Kind != Table {
		return at, tooDeep(at.key, path[3:])
	}
	if len(path) == 3 {
		at.isTable = true
		return at, nil
	}
	at.parameter = string(path[3])
	if len(path) > 4 || at.parameter == "" {
		return place{}, wrong(at.key.Name, "a parameter has a name and a value, not a table").
			advise("put a name with a dot in quotes: \"a.b\" = \"value\"")
	}
	return at, nil
}

func tooDeep(k *Key, rest [][]byte) *Error {
	if len(rest) == 0 {
		return nil
	}
	return wrong(k.Name, "want %s, not a table", k.Kind.want())
}

func unknown(name []byte, known []string) *Error {
	e := wrong("", "unknown key %s", untrusted.Quote(string(name)))
	e.Key = string(name)
	e.Suggestion = first(nearest(string(name), known))
	return e
}

// unknownTop thinks of the two usual slips: a profile's key outside of a profile, and [work] for [profiles.work].
func unknownTop(path [][]byte) *Error {
	e := unknown(path[0], append(names(topKeys), keyProfiles))
	if find(keys, path[0]) != nil {
		e.Suggestion = ""
		return e.advise("put it under a profile: [profiles.NAME]")
	}
	if e.Suggestion == "" {
		e.Advice = "a profile is a table named [profiles.NAME]"
	}
	return e
}
