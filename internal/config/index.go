package config

import (
	"bytes"
	"slices"

	"github.com/pelletier/go-toml/v2/unstable"
)

// index knows where everything stands in a file, so that an edit touches nothing else.
type index struct {
	data     []byte
	sections []section // the first is what comes before any header
	entries  []entry
}

// section is a header and what follows it.
type section struct {
	path   []string // nil before the first header
	header span     // of the line; empty before the first header
}

// entry is one `key = value`, inside of an inline table or not.
type entry struct {
	path       []string
	section    int
	name       span
	expression span
	inline     bool // it stands in an inline table
	isTable    bool // its value is one
}

func newIndex(f *File) (*index, error) {
	ix := &index{data: f.data, sections: []section{{header: span{f.all().start, f.all().start}}}}
	w := &walker{data: f.data, shape: newShape(), visit: ix.visit}
	if err := w.piece(f.all()); err != nil {
		return nil, (&reading{path: f.Path, cursor: cursor{data: f.data}}).locate(err)
	}
	return ix, nil
}

func (ix *index) visit(n node) error {
	path := make([]string, len(n.path))
	for i, part := range n.path {
		path[i] = string(part)
	}
	if n.value == nil {
		ix.sections = append(ix.sections, section{path, span{ix.lineStart(n.name.start), ix.lineEnd(n.name.end)}})
		return nil
	}
	ix.entries = append(ix.entries, entry{
		path: path, section: len(ix.sections) - 1, name: n.name, expression: n.expression,
		inline: n.inline, isTable: n.value.Kind == unstable.InlineTable,
	})
	return nil
}

// lineStart is the start of the line that at is in.
func (ix *index) lineStart(at int) int {
	if start := bytes.LastIndexByte(ix.data[:at], '\n') + 1; start > 0 {
		return start
	}
	return min(at, ix.sections[0].header.start) // behind a byte order mark
}

// lineEnd is behind the line that at is in, line break included.
func (ix *index) lineEnd(at int) int {
	if i := bytes.IndexByte(ix.data[at:], '\n'); i >= 0 {
		return at + i + 1
	}
	return len(ix.data)
}

// value is where an entry's value stands.
func (ix *index) value(e entry) span {
	at := e.name.end + bytes.IndexByte(ix.data[e.name.end:], '=') + 1
	for ix.data[at] == ' ' || ix.data[at] == '\t' {
		at++
	}
	return span{at, e.expression.end}
}

// bodyEnd is behind the last line of a section that says something.
func (ix *index) bodyEnd(s int) int {
	end := ix.sections[s].header.end
	for _, e := range ix.entries {
		if e.section == s && !e.inline {
			end = ix.lineEnd(e.expression.end)
		}
	}
	return end
}

// sectionStart is where a section begins together with the comment that stands directly above its header. A comment at
// the top of the file is about the file.
func (ix *index) sectionStart(s int) int {
	if s == len(ix.sections) {
		return len(ix.data)
	}
	start, floor := ix.sections[s].header.start, ix.bodyEnd(s-1)
	comment := start
	for comment > floor {
		line := ix.lineStart(comment - 1)
		if text := bytes.TrimLeft(ix.data[line:comment], " \t"); len(text) == 0 || text[0] != '#' {
			return comment
		}
		comment = line
	}
	if comment == ix.sections[0].header.start {
		return start
	}
	return comment
}

// isBlank reports whether a range holds nothing but white space.
func (ix *index) isBlank(s span) bool { return len(bytes.TrimSpace(ix.data[s.start:s.end])) == 0 }

// hasPrefix reports whether path begins with prefix.
func hasPrefix(path, prefix []string) bool {
	return len(path) >= len(prefix) && slices.Equal(path[:len(prefix)], prefix)
}
