package config

import (
	"errors"

	"github.com/pelletier/go-toml/v2/unstable"

	"github.com/oauthget/oauthget/internal/untrusted"
)

// setting is the value of one key, and where it came from.
type setting struct {
	values       []string
	origin       Origin // without Where for one from the file, which its line tells
	line, column int    // 0 outside of a file
}

// settings are kept by key name; a parameter's name is TABLE.PARAMETER.
type settings map[string]setting

// table is what the file says about one profile.
type table struct {
	settings     settings
	line, column int // where the profile first stands
}

// reading checks pieces of a file strictly and keeps what it says.
type reading struct {
	path     string
	only     string // the one profile to keep; empty for all
	top      settings
	profiles map[string]*table
	names    []string // of the profiles kept, in the order of the file
	cursor   cursor
}

func (f *File) read(only string, pieces ...span) (*reading, error) {
	r := &reading{
		path: f.Path, only: only, top: settings{}, profiles: map[string]*table{}, cursor: cursor{data: f.data},
	}
	w := &walker{data: f.data, shape: newShape(), visit: r.visit}
	for _, piece := range pieces {
		if err := w.piece(piece); err != nil {
			return nil, r.locate(err)
		}
	}
	return r, nil
}

func (r *reading) visit(n node) error {
	at, err := locate(n.path)
	if err != nil {
		err.Excerpt = excerpt(n)
		return &placed{n.name.start, err}
	}
	into := r.into(n, at)
	if at.isTable != n.isTable() {
		return mismatch(n, at)
	}
	if at.isTable {
		return nil
	}
	values, err := decode(at, n.value)
	if err != nil {
		return &placed{n.name.start, err}
	}
	if into != nil {
		line, column := r.cursor.position(n.name.start)
		into[at.name()] = setting{values, Origin{Kind: FromFile}, line, column}
	}
	return nil
}

// into is where a setting is kept: nil where it is not. It takes note of a profile at its first mention.
func (r *reading) into(n node, at place) settings {
	switch {
	case at.profile == "":
		return r.top
	case r.only != "" && at.profile != r.only:
		return nil
	}
	t := r.profiles[at.profile]
	if t == nil {
		t = &table{settings: settings{}}
		t.line, t.column = r.cursor.position(n.name.start)
		r.profiles[at.profile] = t
		r.names = append(r.names, at.profile)
	}
	return t.settings
}

// mismatch is a table where a value should be, or the other way round.
func mismatch(n node, at place) error {
	got, want, name := "a table", "a table", dotted(n.path)
	if n.value != nil {
		got = article(n.value.Kind)
	}
	if at.key != nil {
		name, want = at.name(), at.form().want
		if at.isTable {
			want = "a table"
		}
	}
	return &placed{n.name.start, wrong(name, "want %s, not %s", want, got)}
}

// locate gives an error its place in the file.
func (r *reading) locate(err error) error {
	var p *placed
	if !errors.As(err, &p) {
		return err
	}
	p.err.Path = r.path
	p.err.Line, p.err.Column = r.cursor.position(p.at)
	return p.err
}

// excerpt shows a key without its value, which may be a secret under a misspelt name.
func excerpt(n node) string {
	last := untrusted.Text(keyText(string(n.path[len(n.path)-1])))
	switch {
	case n.value == nil:
		return "[" + untrusted.Text(dotted(n.path)) + "]"
	case n.value.Kind == unstable.InlineTable:
		return last + " = {…}"
	default:
		return last + " = …"
	}
}
