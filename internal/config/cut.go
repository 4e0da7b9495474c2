package config

import "bytes"

// cut removes whatever stands at or below path, however it is written, and reports whether anything did. Comments
// between the removed settings go with them, as does one directly above a removed header; all others stay.
func (f *File) cut(path []string) (bool, error) {
	for found := false; ; found = true {
		ix, err := newIndex(f)
		if err != nil {
			return false, err
		}
		if !f.cutOne(ix, path) {
			return found, nil
		}
	}
}

func (f *File) cutOne(ix *index, path []string) bool {
	for i, s := range ix.sections {
		if i > 0 && hasPrefix(s.path, path) {
			f.splice(ix.extent(i), "")
			return true
		}
	}
	for _, e := range ix.entries {
		if hasPrefix(e.path, path) {
			if e.inline {
				f.splice(ix.betweenCommas(e), "")
			} else {
				f.splice(span{ix.lineStart(e.name.start), ix.lineEnd(e.expression.end)}, "")
			}
			return true
		}
	}
	return false
}

// extent is what a section takes: the comment above its header, its lines, the comment directly below them, and the
// blank lines after.
func (ix *index) extent(s int) span {
	start, end, next := ix.sectionStart(s), ix.bodyEnd(s), ix.sectionStart(s+1)
	for end < next && !ix.isBlank(span{end, ix.lineEnd(end)}) {
		end = ix.lineEnd(end)
	}
	for end < next && ix.isBlank(span{end, ix.lineEnd(end)}) {
		end = ix.lineEnd(end)
	}
	for top := ix.sections[0].header.start; end == len(ix.data) && start > top; {
		line := ix.lineStart(start - 1)
		if !ix.isBlank(span{line, start}) {
			break
		}
		start = line
	}
	return span{start, end}
}

// betweenCommas is an entry of an inline table with the comma that is then one too many.
func (ix *index) betweenCommas(e entry) span {
	const space = " \t\r\n"
	after := ix.data[e.expression.end:]
	if rest := bytes.TrimLeft(after, space); rest[0] == ',' {
		end := len(ix.data) - len(bytes.TrimLeft(rest[1:], " \t"))
		return span{e.expression.start, end}
	}
	before := bytes.TrimRight(ix.data[:e.expression.start], space)
	if before[len(before)-1] == ',' {
		return span{len(before) - 1, e.expression.end}
	}
	return e.expression
}
