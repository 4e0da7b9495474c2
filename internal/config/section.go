package config

import (
	"bytes"

	"github.com/pelletier/go-toml/v2/unstable"
)

// hasPieces reports whether a profile may be read without the rest of the file: it is large, and no string in it spans
// lines, so that a line which begins like a header is one.
func (f *File) hasPieces() bool { return len(f.data) > checkWhole && !hasTripleQuote(f.data) }

// hasTripleQuote looks at every third byte, for three quotes in a row cannot hide from that. bytes.Contains takes five
// times as long, being at its worst with a pattern whose first byte is everywhere.
func hasTripleQuote(data []byte) bool {
	for i := 2; i < len(data); i += 3 {
		quote := data[i]
		if quote != '"' && quote != '\'' {
			continue
		}
		first, last := i, i
		for first > 0 && data[first-1] == quote {
			first--
		}
		for last+1 < len(data) && data[last+1] == quote {
			last++
		}
		if last-first >= 2 {
			return true
		}
	}
	return false
}

// pieces gives the ranges that a profile may stand in: what comes before the first header, and the tables of its name
// and those that may name it. No name stands for no profile.
func (f *File) pieces(profile string) []span {
	head := f.all()
	var out []span
	keep := true // the range before the header that comes next
	start := head.start
	for at := f.header(start); at >= 0; at = f.header(at + 1) {
		if keep {
			out = append(out, span{start, at})
		}
		start, keep = at, f.concerns(at, profile)
		if profile == "" {
			return out
		}
	}
	if keep {
		out = append(out, span{start, len(f.data)})
	}
	return out
}

// header finds the next '[' at or after from that is the first of its line, or -1. from is the start of a line or
// behind a '['.
func (f *File) header(from int) int {
	for {
		i := bytes.IndexByte(f.data[from:], '[')
		if i < 0 {
			return -1
		}
		at := from + i
		before := at
		for before > 0 && (f.data[before-1] == ' ' || f.data[before-1] == '\t') {
			before--
		}
		if before == 0 || f.data[before-1] == '\n' || before == len(bom) && bytes.HasPrefix(f.data, bom) {
			return at
		}
		from = at + 1
	}
}

// concerns reports whether the header at the offset begins a table in which the profile may stand. Whatever is not the
// plain spelling goes to the parser; whatever that refuses is kept, to be refused with its reason.
func (f *File) concerns(at int, profile string) bool {
	rest := f.data[at+1:]
	if plain, ok := bytes.CutPrefix(rest, []byte("profiles.")); ok {
		i := 0
		for i < len(plain) && isBare(plain[i]) {
			i++
		}
		if i > 0 && i < len(plain) && (plain[i] == ']' || plain[i] == '.') {
			return string(plain[:i]) == profile
		}
	}
	line := f.data[at:]
	if end := bytes.IndexByte(line, '\n'); end >= 0 {
		line = line[:end+1]
	}
	var p unstable.Parser
	p.Reset(line)
	if !p.NextExpression() || p.Expression().Kind == unstable.KeyValue {
		return true
	}
	it := p.Expression().Key()
	if !it.Next() || string(it.Node().Data) != keyProfiles {
		return false
	}
	return !it.Next() || string(it.Node().Data) == profile
}

func isBare(c byte) bool {
	return c == '-' || c == '_' || '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z'
}
