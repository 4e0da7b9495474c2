package tomlfile

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// Key writes a key of one or more parts. Each is bare if TOML allows it.
func Key(path ...string) string {
	parts := make([]string, len(path))
	for i, name := range path {
		if parts[i] = name; name == "" || strings.ContainsFunc(name, func(r rune) bool { return !isBare(r) }) {
			parts[i] = Quote(name)
		}
	}
	return strings.Join(parts, ".")
}

func isBare(r rune) bool {
	return r == '-' || r == '_' || '0' <= r && r <= '9' || 'A' <= r && r <= 'Z' || 'a' <= r && r <= 'z'
}

// Quote writes a string. Unprintable characters are escaped.
func Quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\r':
			b.WriteString(`\r`)
		case !unicode.IsPrint(r):
			fmt.Fprintf(&b, `\U%08X`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// JSON returns the value of a node as JSON, with members in order. Infinity, NaN, dates and times have no form in JSON.
func (n *Node) JSON() (string, error) {
	var b strings.Builder
	err := n.json(&b)
	return b.String(), err
}

func (n *Node) json(b *strings.Builder) error {
	switch n.Kind {
	case Table:
		return n.jsonChildren(b, '{', '}')
	case Array:
		return n.jsonChildren(b, '[', ']')
	case Integer, Bool:
		b.WriteString(n.Text)
		return nil
	case String:
		return jsonScalar(b, n.Text)
	case Float:
		f, err := strconv.ParseFloat(strings.ReplaceAll(n.Text, "_", ""), 64)
		if err == nil {
			err = jsonScalar(b, f)
		}
		if err == nil {
			return nil
		}
	}
	return fmt.Errorf("JSON has no form for %s", n.Text)
}

func (n *Node) jsonChildren(b *strings.Builder, begin, end byte) error {
	b.WriteByte(begin)
	for i, child := range n.Children {
		if i > 0 {
			b.WriteByte(',')
		}
		if n.Kind == Table {
			if err := jsonScalar(b, child.Name); err != nil {
				return err
			}
			b.WriteByte(':')
		}
		if err := child.json(b); err != nil {
			return err
		}
	}
	b.WriteByte(end)
	return nil
}

func jsonScalar(b *strings.Builder, v any) error {
	text, err := json.Marshal(v)
	b.Write(text)
	return err
}
