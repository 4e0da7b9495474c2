// Package tomlfile reads TOML strictly, knows the place of every value, and edits documents in place.
//
// go-toml's parser does the syntax. This package adds TOML's rules on defining a name once, and edits that leave every other
// byte as it is. Its errors have a line and a column and never show a value, which may be a secret.
package tomlfile

import (
	"bytes"
	"slices"

	"github.com/oauthget/oauthget/internal/untrusted"
)

// Document is a TOML document. It is not safe for concurrent use.
type Document struct {
	Root *Node // the top-level table

	data     []byte
	sections []*Node // the root and each table with a [header], in order
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

// String names the kind with its article.
func (k Kind) String() string {
	return [...]string{"a table", "an array", "a string", "an integer", "a float", "a boolean", "a date or time"}[k]
}

// Node is a value or a table. Tables are the same whether written by headers, dotted keys or in braces.
type Node struct {
	Name     string // the last part of the key; empty for an element of an array
	Kind     Kind
	Text     string  // a string's content, an integer in decimal, other scalars as written
	Children []*Node // members of a table or elements of an array, in order
	// Line and Column are where the key is first written, from 1. Columns count characters.
	Line, Column int

	parent     *Node
	form       form
	key        span // the key of the header or expression that first names it
	expression span // `key = value`; empty for tables that are not inline
	header     span // the line of the header; may be empty
	last       span // the last expression in the table: below its header, by dotted keys, or in its braces
	inline     bool // in an inline table
}

// form is how a node is written, which decides what may be added to it.
type form byte

const (
	implied  form = iota // a table named in the header of another one; its own header may follow
	headed               // a table with a header, or the root
	dotted               // a table made by dotted keys; more of them may follow, but no header
	closed               // a value, also an inline table; nothing may be added elsewhere
	elements             // an array of tables, each with a header
)

// span is a range of bytes of the document.
type span struct{ start, end int }

func (s span) empty() bool { return s.start == s.end }

// Bytes is the text of the document.
func (d *Document) Bytes() []byte { return d.data }

// Child returns the member of a table with the name, or nil.
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

// Excerpt returns the first mention of a node without its value, as in `name = …`.
func (d *Document) Excerpt(n *Node) string {
	key := untrusted.Text(string(d.data[n.key.start:n.key.end]))
	if before := bytes.TrimRight(d.data[:n.key.start], " \t"); bytes.HasSuffix(before, []byte("[")) {
		return "[" + key + "]"
	}
	return key + " = …"
}

// Path returns the full name of a node, as it would be written in a header.
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

// Error is an error in a document.
type Error struct {
	Line, Column int
	Err          error
	Advice       string // something to do about it; may be empty
}

func (e *Error) Error() string { return e.Err.Error() }

func (e *Error) Unwrap() error { return e.Err }
