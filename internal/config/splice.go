package config

import (
	"bytes"
	"slices"
	"strings"
)

// splice replaces a range of the file.
func (f *File) splice(s span, text string) {
	f.data = slices.Concat(f.data[:s.start], []byte(text), f.data[s.end:])
}

// eol is the line break the file uses.
func (f *File) eol() string {
	if i := bytes.IndexByte(f.data, '\n'); i > 0 && f.data[i-1] == '\r' {
		return "\r\n"
	}
	return "\n"
}

// put sets the value at path: in its place where it has one, else where the rest of its table stands. It reports
// whether there was such a place.
func (f *File) put(path []string, value string) (bool, error) {
	ix, err := newIndex(f)
	if err != nil {
		return false, err
	}
	for _, e := range ix.entries {
		if slices.Equal(e.path, path) {
			f.splice(ix.value(e), value)
			return true, nil
		}
	}
	for _, place := range []func(*index, []string, string) bool{f.putInline, f.putUnderHeader, f.putDotted} {
		if place(ix, path, value) {
			return true, nil
		}
	}
	return false, nil
}

// putInline adds to the innermost inline table on the way to path, to which nothing can be added from outside of it.
func (f *File) putInline(ix *index, path []string, value string) bool {
	var table, last *entry
	for i, e := range ix.entries {
		switch {
		case e.isTable && hasPrefix(path, e.path):
			table, last = &ix.entries[i], nil
		case table != nil && e.inline && hasPrefix(e.path, table.path) && (last == nil || e.expression.start >= last.expression.end):
			last = &ix.entries[i]
		}
	}
	if table == nil {
		return false
	}
	text := keyTexts(path[len(table.path):]) + " = " + value
	if last != nil {
		f.splice(span{last.expression.end, last.expression.end}, ", "+text)
		return true
	}
	brace := ix.value(*table).start + 1
	if f.data[brace] == '}' {
		text += " "
	}
	f.splice(span{brace, brace}, " "+text)
	return true
}

// putUnderHeader adds a line to the section whose header is nearest to path.
func (f *File) putUnderHeader(ix *index, path []string, value string) bool {
	best := -1
	for i, s := range ix.sections {
		near := hasPrefix(path, s.path) && len(s.path) < len(path) && len(s.path) != 1
		if near && (best < 0 || len(s.path) > len(ix.sections[best].path)) {
			best = i
		}
	}
	if best < 0 || len(path) > 1 && len(ix.sections[best].path) == 0 {
		return false
	}
	f.addLine(ix, best, ix.bodyEnd(best), keyTexts(path[len(ix.sections[best].path):])+" = "+value)
	return true
}

// putDotted adds a line below one that speaks of the same profile by a dotted key.
func (f *File) putDotted(ix *index, path []string, value string) bool {
	for _, e := range slices.Backward(ix.entries) {
		if len(path) > 2 && !e.inline && len(ix.sections[e.section].path) < 2 && hasPrefix(e.path, path[:2]) {
			rest := path[len(ix.sections[e.section].path):]
			f.addLine(ix, e.section, ix.lineEnd(e.expression.end), keyTexts(rest)+" = "+value)
			return true
		}
	}
	return false
}

// addLine writes a line at an offset, indented as its neighbours are.
func (f *File) addLine(ix *index, section, at int, line string) {
	indent := ""
	for _, e := range ix.entries {
		if e.section == section && !e.inline {
			indent = string(ix.data[ix.lineStart(e.name.start):e.name.start])
		}
	}
	text := indent + line + f.eol()
	switch {
	case at > 0 && at == len(f.data) && !ix.isBlank(span{0, at}) && f.data[at-1] != '\n':
		text = f.eol() + text
	case section == 0 && at == ix.sections[0].header.start && at < len(f.data):
		// The first setting of the file goes behind the comment that heads it, apart from what follows.
		at = f.headingEnd(ix, at)
		text += f.eol()
	}
	f.splice(span{at, at}, text)
}

// headingEnd is behind the comment at the top of the file, if a blank line sets it apart.
func (f *File) headingEnd(ix *index, from int) int {
	at := from
	for at < len(f.data) && strings.HasPrefix(strings.TrimLeft(string(f.data[at:ix.lineEnd(at)]), " \t"), "#") {
		at = ix.lineEnd(at)
	}
	if at == from || at == len(f.data) || !ix.isBlank(span{at, ix.lineEnd(at)}) {
		return from
	}
	return ix.lineEnd(at)
}

// appendSection adds a table at the end of the file, after a blank line.
func (f *File) appendSection(path []string, lines []string) {
	eol, text := f.eol(), ""
	if len(bytes.TrimSpace(f.data[f.all().start:])) > 0 {
		if !bytes.HasSuffix(f.data, []byte("\n")) {
			text = eol
		}
		if !bytes.HasSuffix(f.data, []byte(eol+eol)) {
			text += eol
		}
	}
	text += "[" + keyTexts(path) + "]" + eol
	for _, line := range lines {
		text += line + eol
	}
	f.splice(span{len(f.data), len(f.data)}, text)
}
