package tomlfile

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2/unstable"

	"github.com/oauthget/oauthget/internal/untrusted"
)

// Parse reads a document. An error is an *Error.
func Parse(data []byte) (*Document, error) {
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) {
		return nil, &Error{1, 1, errors.New("not TOML: the file is in UTF-16"), "save it as UTF-8; in Windows PowerShell, write it with Set-Content -Encoding utf8 instead of >"}
	}
	root := &Node{Kind: Table, form: headed, Line: 1, Column: 1}
	start := afterBOM(data)
	root.header = span{start, start}
	p := &parser{data: data, start: start, at: start, section: root, members: map[member]*Node{}, sections: []*Node{root}}
	var syntax unstable.Parser
	syntax.Reset(data[start:])
	for syntax.NextExpression() {
		if err := p.expression(syntax.Expression()); err != nil {
			return nil, err
		}
	}
	if err := syntax.Error(); err != nil {
		return nil, p.syntaxError(err)
	}
	return &Document{Root: root, data: data, sections: p.sections}, nil
}

// parser builds the tree of nodes. It enforces what go-toml's parser leaves to its callers: "You cannot define a table more than once." "Dotted keys create and define a table for each key part before the
// last one." "Inline tables are fully self-contained and define all keys and sub-tables within them." TOML 1.0.0
type parser struct {
	data     []byte
	start    int   // after a byte order mark
	section  *Node // to which expressions belong now
	sections []*Node
	members  map[member]*Node

	at, line, column int // the last position asked for, 0-based, the column in characters
}

type member struct {
	of   *Node
	name string
}

func (p *parser) expression(e *unstable.Node) error {
	if e.Kind == unstable.KeyValue {
		return p.setting(p.section, e, false)
	}
	key := p.keySpan(e.Key())
	n := p.sections[0]
	for it := e.Key(); it.Next(); {
		name, last := string(it.Node().Data), it.IsLast()
		if n.form == elements {
			n = n.Children[len(n.Children)-1]
		}
		child := p.members[member{n, name}]
		switch {
		case child == nil:
			child = p.add(n, name, key, implied)
		case last && e.Kind == unstable.ArrayTable && child.form != elements,
			last && e.Kind == unstable.Table && child.form != implied,
			child.form == closed:
			return p.definedTwice(child, key)
		}
		n = child
	}
	if e.Kind == unstable.ArrayTable {
		n.Kind, n.form = Array, elements
		n = p.add(n, "", key, headed)
	}
	n.form, n.header = headed, span{lineStart(p.data, key.start), lineEnd(p.data, key.end)}
	p.section, p.sections = n, append(p.sections, n)
	return nil
}

// setting adds `key = value` to a table.
func (p *parser) setting(table *Node, e *unstable.Node, inline bool) error {
	key := p.keySpan(e.Key())
	expression := span{p.start + int(e.Raw.Offset), p.start + int(e.Raw.Offset+e.Raw.Length)}
	n := table
	for it := e.Key(); it.Next(); {
		n.last = expression
		name, last := string(it.Node().Data), it.IsLast()
		child := p.members[member{n, name}]
		switch {
		case child == nil:
			child = p.add(n, name, key, dotted)
			child.inline = inline
		case last || child.form != dotted:
			return p.definedTwice(child, key)
		}
		n = child
	}
	n.form, n.expression = closed, expression
	return p.value(n, e.Value())
}

// value sets the value of a node.
func (p *parser) value(n *Node, v *unstable.Node) error {
	switch v.Kind {
	case unstable.InlineTable:
		for it := v.Children(); it.Next(); {
			if err := p.setting(n, it.Node(), true); err != nil {
				return err
			}
		}
	case unstable.Array:
		n.Kind = Array
		for it := v.Children(); it.Next(); {
			element := &Node{parent: n, form: closed, key: n.key, Line: n.Line, Column: n.Column}
			n.Children = append(n.Children, element)
			if err := p.value(element, it.Node()); err != nil {
				return err
			}
		}
	case unstable.Integer:
		// Go accepts TOML's prefixes, signs and underscores with base 0. The parser has refused leading zeroes.
		i, err := strconv.ParseInt(string(v.Data), 0, 64)
		if err != nil {
			return &Error{n.Line, n.Column, fmt.Errorf("%s: the integer is out of range", untrusted.Text(n.Path())), ""}
		}
		n.Kind, n.Text = Integer, strconv.FormatInt(i, 10)
	default:
		n.Kind, n.Text = scalars[v.Kind], string(v.Data)
	}
	return nil
}

var scalars = [...]Kind{
	unstable.String: String, unstable.Bool: Bool, unstable.Float: Float,
	unstable.LocalDate: Time, unstable.LocalTime: Time, unstable.LocalDateTime: Time, unstable.DateTime: Time,
}

func (p *parser) add(parent *Node, name string, key span, f form) *Node {
	n := &Node{Name: name, parent: parent, form: f, key: key}
	n.Line, n.Column = p.position(key.start)
	parent.Children = append(parent.Children, n)
	if parent.Kind == Table {
		p.members[member{parent, name}] = n
	}
	return n
}

func (p *parser) keySpan(key unstable.Iterator) span {
	s := span{start: -1}
	for key.Next() {
		raw := key.Node().Raw
		if s.start < 0 {
			s.start = p.start + int(raw.Offset)
		}
		s.end = p.start + int(raw.Offset+raw.Length)
	}
	return s
}

func (p *parser) definedTwice(n *Node, key span) error {
	line, column := p.position(key.start)
	return &Error{line, column, fmt.Errorf("%s is defined twice", untrusted.Text(n.Path())), ""}
}

// syntaxError returns an error of go-toml without the text of the document, which may be part of a secret.
func (p *parser) syntaxError(err error) error {
	var syntax *unstable.ParserError
	if !errors.As(err, &syntax) {
		return &Error{1, 1, errors.New("not TOML"), ""}
	}
	line, column := p.position(cap(p.data) - cap(syntax.Highlight)) // Highlight is a slice of the data
	e := &Error{Line: line, Column: column, Err: errors.New("not TOML: " + withoutCharacter(syntax.Message))}
	if strings.HasSuffix(syntax.Message, "at start of value") || syntax.Message == "strings must be quoted" {
		e.Advice = `put text in quotes: key = "value"`
	}
	return e
}

// withoutCharacter removes the offending character from a message if it may be part of a secret.
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

// position returns the line and column of an offset. It reads each byte once if the offsets are in order.
func (p *parser) position(at int) (line, column int) {
	if at = min(max(at, p.start), len(p.data)); at < p.at {
		p.at, p.line, p.column = p.start, 0, 0
	}
	text := p.data[p.at:at]
	if last := bytes.LastIndexByte(text, '\n'); last >= 0 {
		p.line += bytes.Count(text, []byte("\n"))
		p.column, text = 0, text[last+1:]
	}
	p.at, p.column = at, p.column+utf8.RuneCount(text)
	return p.line + 1, p.column + 1
}
