package config

import (
	"fmt"
	"strings"
	"unicode"
)

// keyText writes one part of a key, bare where TOML allows it.
func keyText(name string) string {
	for i := range len(name) {
		if !isBare(name[i]) {
			return stringText(name)
		}
	}
	if name == "" {
		return `""`
	}
	return name
}

func keyTexts(path []string) string {
	parts := make([]string, len(path))
	for i, p := range path {
		parts[i] = keyText(p)
	}
	return strings.Join(parts, ".")
}

// stringText writes a TOML basic string. What would not show is escaped.
func stringText(s string) string {
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
		case !unicode.IsPrint(r) && r > 0xFFFF:
			fmt.Fprintf(&b, `\U%08X`, r)
		case !unicode.IsPrint(r):
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// valueText writes a value of a key as it stands in the file.
func valueText(k *Key, values []string) string {
	switch k.Kind {
	case Bool, Integer:
		return values[0]
	case String:
		return stringText(values[0])
	case Table:
		if len(values) == 1 {
			return stringText(values[0])
		}
	case Ports:
		return "[" + strings.Join(values, ", ") + "]"
	}
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = stringText(v)
	}
	return "[" + strings.Join(texts, ", ") + "]"
}
