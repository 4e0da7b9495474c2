package tomlfile

import (
	"bytes"
	"slices"
)

// Cut removes everything at and below path, however it is written, and reports whether there was anything. Comments in
// removed sections and directly above their headers are removed too; all others stay.
func (d *Document) Cut(path []string) (bool, error) {
	for found := false; ; found = true {
		n, depth := d.nearest(path)
		if depth < len(path) {
			return found, nil
		}
		text := d.withoutSections(n)
		if text == nil {
			text = d.withoutSetting(n)
		}
		if err := d.become(text); err != nil {
			return found, err
		}
	}
}

// withoutSections is the text without the sections of a table and the tables in it; nil if there are none.
func (d *Document) withoutSections(table *Node) []byte {
	text, kept := []byte{}, 0
	for i, section := range d.sections {
		if section.isIn(table) {
			start, end := d.extent(i)
			text, kept = append(text, d.data[kept:start]...), end
		}
	}
	if kept == 0 {
		return nil
	}
	for kept == len(d.data) && len(text) > afterBOM(d.data) && isBlank(text, lineStart(text, len(text)-1)) {
		text = text[:lineStart(text, len(text)-1)]
	}
	return append(text, d.data[kept:]...)
}

// isIn reports whether n is the table or below it.
func (n *Node) isIn(table *Node) bool {
	for n != nil && n != table {
		n = n.parent
	}
	return n != nil
}

// withoutSetting is the text without the first expression of a node.
func (d *Document) withoutSetting(n *Node) []byte {
	for n.form != closed {
		n = n.Children[0]
	}
	s := span{lineStart(d.data, n.expression.start), lineEnd(d.data, n.expression.end)}
	if n.inline {
		s = d.betweenCommas(n.expression)
	}
	return slices.Concat(d.data[:s.start], d.data[s.end:])
}

// extent is the range of a section: the comment above its header, its lines, the comment directly below them, and the blank
// lines after that.
func (d *Document) extent(section int) (start, end int) {
	end = d.bodyEnd(section)
	next := d.sectionStart(section + 1)
	for end < next && !isBlank(d.data, end) {
		end = lineEnd(d.data, end)
	}
	for end < next && isBlank(d.data, end) {
		end = lineEnd(d.data, end)
	}
	return d.sectionStart(section), end
}

// sectionStart is the start of a section with the comment directly above its header. A comment at the top of the document
// does not belong to a section.
func (d *Document) sectionStart(section int) int {
	if section == len(d.sections) {
		return len(d.data)
	}
	start, floor := d.sections[section].header.start, d.bodyEnd(section-1)
	comment := start
	for comment > floor {
		line := lineStart(d.data, comment-1)
		if !isComment(d.data, line) {
			return comment
		}
		comment = line
	}
	if comment == afterBOM(d.data) {
		return start
	}
	return comment
}

// bodyEnd is the offset after the last expression of a section.
func (d *Document) bodyEnd(section int) int {
	if last := d.sections[section].last; !last.empty() {
		return lineEnd(d.data, last.end)
	}
	return d.sections[section].header.end
}

// betweenCommas is the range of an expression in an inline table and one comma.
func (d *Document) betweenCommas(s span) span {
	const space = " \t\r\n"
	after := d.data[s.end:]
	if rest := bytes.TrimLeft(after, space); rest[0] == ',' {
		return span{s.start, len(d.data) - len(bytes.TrimLeft(rest[1:], " \t"))}
	}
	before := bytes.TrimRight(d.data[:s.start], space)
	if before[len(before)-1] == ',' {
		return span{len(before) - 1, s.end}
	}
	return s
}
