package provider

import (
	"fmt"
	"slices"
	"strings"

	"github.com/oauthget/oauthget/internal/similar"
	"github.com/oauthget/oauthget/internal/tomlfile"
)

// members are the keys of a file, each with where its value goes.
func (p *Preset) members(r *reader) members {
	return members{
		{"title", &p.Title},
		{"aliases", &p.Aliases},
		{"summary", &p.Summary},
		{"variables", func(n *tomlfile.Node) {
			for _, v := range n.Children {
				p.Variables = append(p.Variables, Variable{Name: v.Name})
				r.table(v, p.Variables[len(p.Variables)-1].members())
			}
		}},
		{"register", func(n *tomlfile.Node) { r.table(n, p.Register.members()) }},
		{"profile", func(n *tomlfile.Node) { p.profile = n }},
		{"notes", tables(r, &p.Notes, func(n *Note) members {
			return members{{"text", &n.Text}, {"source", &n.Source}, {"date", date{&n.Date}}}
		})},
		{"errors", tables(r, &p.Errors, func(e *KnownError) members {
			return members{{"error", &e.Code}, {"contains", &e.Contains}, {"hint", &e.Hint}, {"source", &e.Source}, {"date", date{&e.Date}}}
		})},
		{"sources", tables(r, &p.Sources, func(s *Source) members {
			return members{{"url", &s.URL}, {"date", date{&s.Date}}, {"facts", &s.Facts}}
		})},
	}
}

func (v *Variable) members() members {
	return members{{"title", &v.Title}, {"pattern", &v.Pattern}, {"example", &v.Example}, {"default", &v.Default}}
}

func (r *Register) members() members {
	return members{
		{"page", &r.Page},
		{"client_type", &r.ClientType},
		{"steps", &r.Steps},
		{"redirect_hosts", &r.RedirectHosts},
		{"port", &r.Port},
		{"secret", &r.Secret},
		{"refresh_scope", &r.RefreshScope},
	}
}

// members say where the values of a table go: a *string, a *[]string, a date, or a func that takes the node of a table or
// of an array of tables.
type members []struct {
	name string
	into any
}

// date is the place of a day.
type date struct{ *string }

// reader reads the tables of a file and keeps the first error.
type reader struct {
	path string
	err  error
}

func (r *reader) fail(n *tomlfile.Node, format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("%s:%d:%d: %s", r.path, n.Line, n.Column, fmt.Sprintf(format, args...))
	}
}

// table reads a table strictly.
func (r *reader) table(n *tomlfile.Node, known members) {
	if n.Kind != tomlfile.Table {
		r.fail(n, "%s: want a table, not %s", n.Path(), n.Kind)
	}
	var names []string
	for _, m := range known {
		names = append(names, m.name)
		if child := n.Child(m.name); child != nil {
			r.value(child, m.into)
		}
	}
	for _, child := range n.Children {
		if !slices.Contains(names, child.Name) {
			r.fail(child, "unknown key %s (known near it: %s)", child.Path(), strings.Join(similar.To(child.Name, names), ", "))
		}
	}
}

func (r *reader) value(n *tomlfile.Node, into any) {
	want := func(kind tomlfile.Kind) bool {
		if n.Kind != kind {
			r.fail(n, "%s: want %s, not %s", n.Path(), kind, n.Kind)
		}
		return n.Kind == kind
	}
	switch into := into.(type) {
	case *string:
		if want(tomlfile.String) {
			*into = n.Text
		}
	case date:
		if want(tomlfile.Time) {
			*into.string = n.Text
		}
	case *[]string:
		if want(tomlfile.Array) {
			for _, item := range n.Children {
				*into = append(*into, "")
				r.value(item, &(*into)[len(*into)-1])
			}
		}
	case func(*tomlfile.Node):
		into(n)
	}
}

// tables returns the func that reads an array of tables.
func tables[T any](r *reader, into *[]T, known func(*T) members) func(*tomlfile.Node) {
	return func(n *tomlfile.Node) {
		if n.Kind != tomlfile.Array {
			r.fail(n, "%s: want [[%s]]", n.Path(), n.Name)
		}
		for _, item := range n.Children {
			var value T
			r.table(item, known(&value))
			*into = append(*into, value)
		}
	}
}
