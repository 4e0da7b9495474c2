package config

import (
	"bytes"
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2/unstable"
)

// span is a range of bytes of the file.
type span struct{ start, end int }

// node is a table's beginning or a setting, with its full name from the root. It is valid during the visit only.
type node struct {
	path [][]byte
	// value is nil for a table begun by a [header].
	value *unstable.Node
	// name is where the key is written, expression all of `key = value`; for a header both are what is in brackets.
	name, expression span
	// inline says that it stands inside of an inline table, and so among commas.
	inline bool
}

// isTable reports whether the node begins a table, by a header or by a brace.
func (n node) isTable() bool { return n.value == nil || n.value.Kind == unstable.InlineTable }

// walker reads TOML expression by expression and flattens headers, dotted keys and inline tables, which are three ways
// to write the same, into nodes.
type walker struct {
	data  []byte
	base  int // of the piece being read, in data
	shape *shape
	table scope // of the header that holds now
	visit func(node) error
}

// piece walks one range of the file. Pieces come in order and begin at the start or at a header.
func (w *walker) piece(s span) error {
	w.base, w.table = s.start, scope{}
	var p unstable.Parser
	p.Reset(w.data[s.start:s.end])
	for p.NextExpression() {
		if err := w.expression(p.Expression()); err != nil {
			return err
		}
	}
	if err := p.Error(); err != nil {
		return w.syntaxError(err)
	}
	return nil
}

func (w *walker) expression(e *unstable.Node) error {
	if e.Kind == unstable.KeyValue {
		return w.setting(w.table, e, false)
	}
	path, key := w.path(nil, e)
	header := node{path: path, name: key, expression: key}
	if e.Kind == unstable.ArrayTable {
		return &placed{key.start, wrong("", "an array of tables is not used in a profile file").advise("write [%s]", dotted(path))}
	}
	table, err := w.shape.header(path)
	if err != nil {
		return &placed{key.start, err}
	}
	w.table = table
	return w.visit(header)
}

// setting visits `key = value` and, where the value is an inline table, what is in it.
func (w *walker) setting(in scope, e *unstable.Node, inline bool) error {
	path, key := w.path(in.path, e)
	within, err := w.shape.setting(in, path)
	if err != nil {
		return &placed{key.start, err}
	}
	start := w.base + int(e.Raw.Offset)
	n := node{
		path: path, value: e.Value(), name: key,
		expression: span{start, start + int(e.Raw.Length)}, inline: inline,
	}
	if err := w.visit(n); err != nil || n.value.Kind != unstable.InlineTable {
		return err
	}
	for it := n.value.Children(); it.Next(); {
		if err := w.setting(within, it.Node(), true); err != nil {
			return err
		}
	}
	return nil
}

// path is the full name of e under table, and where its own part of the name stands.
func (w *walker) path(table [][]byte, e *unstable.Node) (path [][]byte, key span) {
	path = append(make([][]byte, 0, 4), table...)
	for it := e.Key(); it.Next(); {
		raw := it.Node().Raw
		if len(path) == len(table) {
			key.start = w.base + int(raw.Offset)
		}
		key.end = w.base + int(raw.Offset+raw.Length)
		path = append(path, it.Node().Data)
	}
	return path, key
}

// placed carries an Error to where lines and columns are known.
type placed struct {
	at  int // offset in the file
	err *Error
}

func (p *placed) Error() string { return p.err.Error() }

// syntaxError tells what go-toml says without what the file says there: the place may be in the middle of a secret.
func (w *walker) syntaxError(err error) error {
	var p *unstable.ParserError
	if !errors.As(err, &p) {
		return &placed{w.base, wrong("", "not TOML")}
	}
	at := cap(w.data) - cap(p.Highlight) // a slice of the data, as go-toml's own errors reckon
	e := &Error{Err: errors.New("not TOML: " + withoutCharacter(p.Message))}
	if strings.HasSuffix(p.Message, "at start of value") || p.Message == "strings must be quoted" {
		e.Advice = `text stands in quotes: key = "value"`
	}
	return &placed{at, e}
}

// withoutCharacter cuts the offending character out of a message of go-toml's where it may be one of a secret.
func withoutCharacter(message string) string {
	before, rest, found := strings.Cut(message, "U+")
	if !found {
		return message
	}
	code, rest, _ := strings.Cut(rest, " ")
	char := ""
	if strings.HasPrefix(rest, "'") {
		if i := strings.Index(rest[1:], "'"); i >= 0 {
			char, rest = rest[1:i+1], rest[i+2:]
		}
	}
	if strings.ContainsFunc(char, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		return message
	}
	if char == "" {
		return before + "U+" + code + " " + rest
	}
	if strings.HasSuffix(before, "got ") {
		return before + "something else" + rest
	}
	return strings.TrimRight(before, " :") + rest
}

// cursor turns offsets into lines and columns. Offsets that come in order cost one look at each byte, however long the
// lines are.
type cursor struct {
	data         []byte
	at           int // the last offset asked for
	line, column int // of it, 0-based, the column in characters
}

// position gives the 1-based line and column of an offset.
func (c *cursor) position(at int) (line, column int) {
	at = min(max(at, 0), len(c.data))
	if at < c.at {
		c.at, c.line, c.column = 0, 0, 0
	}
	text := c.data[c.at:at]
	if c.at == 0 {
		text = bytes.TrimPrefix(text, bom)
	}
	if last := bytes.LastIndexByte(text, '\n'); last >= 0 {
		c.line += bytes.Count(text, []byte{'\n'})
		c.column, text = 0, text[last+1:]
	}
	c.at, c.column = at, c.column+utf8.RuneCount(text)
	return c.line + 1, c.column + 1
}

// bom is what some editors put first. It is no part of TOML, and no reason to refuse a file.
var bom = []byte("\xef\xbb\xbf")

// dotted writes a path as it would stand in a header.
func dotted(path [][]byte) string {
	parts := make([]string, len(path))
	for i, p := range path {
		parts[i] = keyText(string(p))
	}
	return strings.Join(parts, ".")
}
