// Package tomlfile reads TOML strictly, tells where everything in it stands, and edits it in place.
//
// The syntax is that of go-toml's parser. This package adds TOML's rules on defining a name once, errors with a place and
// without any value, which may be a secret, and edits that leave every other byte as it is. It gives no meaning to names.
package tomlfile

import (
	"bytes"
	"slices"

	"github.com/oauthget/oauthget/internal/untrusted"
)

// Document is a TOML document. It is not safe for concurrent use.
type Document struct {
	Root *Node // the table that everything is in

	data     []byte
	sections []*Node // the root, and the tables that have a [header], in the order of the document
}

// Kind is what a Node holds.
type Kind int

// The kinds.
const (
	Table Kind = iota
	Array
	String
	Integer
	Float
	Bool
	Time // a date, a time or both
)

// String names the kind with its article, for errors.
func (k Kind) String() string {
	return [...]string{"a table", "an array", "a string", "an integer", "a float", "a boolean", "a date or time"}[k]
}

// Node is a value or a table. Headers, dotted keys and inline tables are three ways to write the same tables.
type Node struct {
	Name     string // the last part of its key; empty for an element of an array
	Kind     Kind
	Text     string  // a string's content, an integer in decimal, any other scalar as it is written
	Children []*Node // a table's members or an array's elements, in the order of the document
	// Line and Column are 1-based and tell where its key first stands, the column in characters.
	Line, Column int

	parent     *Node
	form       form
	key        span // the whole key in the header or the expression that first names it
	expression span // the `key = value` of a value; empty for other tables
	header     span // the line of the header; empty where there is none
	last       span // the last `key = value` in the table: below its header, by dotted keys, or between its braces
	inline     bool // it stands in an inline table
}

// form is how a table or value came to be, which decides what may be added to it.
type form byte

const (
	implied  form = iota // named on the way to another header: a header of its own may follow
	headed               // has its header, or is the root
	dotted               // made by dotted keys: more of them may follow, a header may not
	closed               // a value, be it an inline table
	elements             // an array of tables, one for each of its headers
)

// span is a range of bytes of the document.
type span struct{ start, end int }

func (s span) empty() bool { return s.start == s.end }

// Bytes is the text of the document.
func (d *Document) Bytes() []byte { return d.data }

// Child gives the member of a table that bears the name, or nil.
func (n *Node) Child(name string) *Node {
	if n.Kind != Table {
		return nil
	}
	i := slices.IndexFunc(n.Children, func(c *Node) bool { return c.Name == name })
	if i < 0 {
		return nil
	}
	return n.Children[i]
}

// Excerpt shows the place where a node first stands with its value left out, as in `name = …`.
func (d *Document) Excerpt(n *Node) string {
	key := untrusted.Text(string(d.data[n.key.start:n.key.end]))
	if before := bytes.TrimRight(d.data[:n.key.start], " \t"); bytes.HasSuffix(before, []byte("[")) {
		return "[" + key + "]"
	}
	return key + " = …"
}

// Path writes the full name of a node as it would stand in a header.
func (n *Node) Path() string {
	var path []string
	for ; n != nil && n.parent != nil; n = n.parent {
		if n.parent.Kind == Table {
			path = append(path, n.Name)
		}
	}
	slices.Reverse(path)
	return Key(path...)
}

// Error tells what is wrong with a document, and where.
type Error struct {
	Line, Column int
	Err          error
	Advice       string // a thing to do; may be empty
}

func (e *Error) Error() string { return e.Err.Error() }

func (e *Error) Unwrap() error { return e.Err }
