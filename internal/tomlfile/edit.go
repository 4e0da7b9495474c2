package tomlfile

import (
	"bytes"
	"fmt"
	"slices"
)

// Set sets the key below the table to a value written in TOML: in place, else next to the rest of the table, else below a new
// header. On an error the document stays as it is.
func (d *Document) Set(table, key []string, value string) error {
	path := slices.Concat(table, key)
	n, depth := d.nearest(path)
	switch {
	case depth == len(path) && n.form == closed:
		return d.splice(d.valueSpan(n), value)
	case depth == len(path):
		if _, err := d.Cut(path); err != nil {
			return err
		}
		return d.Set(table, key, value)
	}
	owner, above := n, depth
	for owner.form == dotted {
		owner, above = owner.parent, above-1
	}
	setting := Key(path[above:]...) + " = " + value
	switch {
	case owner.form == closed:
		return d.addMember(owner, setting)
	case (n.form == headed || n.form == dotted) && depth >= len(table):
		return d.addLine(n, setting)
	}
	header := path[:max(depth, len(table))]
	return d.addSection(header, Key(path[len(header):]...)+" = "+value)
}

// AddTable adds an empty table, which must not exist.
func (d *Document) AddTable(path []string) error {
	n, depth := d.nearest(path)
	if n.form == closed {
		return d.addMember(n, Key(path[depth:]...)+" = {}")
	}
	return d.addSection(path)
}

// nearest returns the node at path or the nearest one above it, and its depth.
func (d *Document) nearest(path []string) (n *Node, depth int) {
	n = d.Root
	for depth < len(path) {
		child := n.Child(path[depth])
		if child == nil {
			break
		}
		n, depth = child, depth+1
	}
	return n, depth
}

// splice replaces a range of the document.
func (d *Document) splice(s span, text string) error {
	return d.become(slices.Concat(d.data[:s.start], []byte(text), d.data[s.end:]))
}

func (d *Document) become(text []byte) error {
	next, err := Parse(text)
	if err == nil {
		*d = *next
	}
	return err
}

// valueSpan is the range of the value in a `key = value`.
func (d *Document) valueSpan(n *Node) span {
	at := n.key.end + bytes.IndexByte(d.data[n.key.end:], '=') + 1
	for d.data[at] == ' ' || d.data[at] == '\t' {
		at++
	}
	return span{at, n.expression.end}
}

// addMember adds `key = value` to an inline table.
func (d *Document) addMember(table *Node, text string) error {
	if table.Kind != Table {
		return fmt.Errorf("%s is not a table", table.Path())
	}
	if !table.last.empty() {
		return d.splice(span{table.last.end, table.last.end}, ", "+text)
	}
	brace := d.valueSpan(table).start + 1
	if d.data[brace] == '}' {
		text += " "
	}
	return d.splice(span{brace, brace}, " "+text)
}

// addLine adds a `key = value` below the last line of a table, indented like it.
func (d *Document) addLine(table *Node, setting string) error {
	at, eol := table.header.end, d.eol()
	if !table.last.empty() {
		start := lineStart(d.data, table.last.start)
		at, setting = lineEnd(d.data, table.last.end), string(d.data[start:table.last.start])+setting
	}
	line := setting + eol
	switch {
	case at == len(d.data) && at > afterBOM(d.data) && d.data[at-1] != '\n':
		line = eol + line
	case at == afterBOM(d.data) && at < len(d.data):
		// The first setting goes after the comment at the top, with a blank line after it.
		at, line = d.headingEnd(), line+eol
	}
	return d.splice(span{at, at}, line)
}

// headingEnd is the offset after the comment at the top of the document, if a blank line follows it.
func (d *Document) headingEnd() int {
	start := afterBOM(d.data)
	at := start
	for isComment(d.data, at) {
		at = lineEnd(d.data, at)
	}
	if at == start || at == len(d.data) || !isBlank(d.data, at) {
		return start
	}
	return lineEnd(d.data, at)
}

// addSection adds a table with a header at the end of the document.
func (d *Document) addSection(path []string, settings ...string) error {
	eol, text := d.eol(), ""
	if len(bytes.TrimSpace(d.data[afterBOM(d.data):])) > 0 {
		if !bytes.HasSuffix(d.data, []byte("\n")) {
			text = eol
		}
		if !bytes.HasSuffix(d.data, []byte(eol+eol)) {
			text += eol
		}
	}
	for _, line := range append([]string{"[" + Key(path...) + "]"}, settings...) {
		text += line + eol
	}
	return d.splice(span{len(d.data), len(d.data)}, text)
}

// eol is the line break that the document uses.
func (d *Document) eol() string {
	if i := bytes.IndexByte(d.data, '\n'); i > 0 && d.data[i-1] == '\r' {
		return "\r\n"
	}
	return "\n"
}
