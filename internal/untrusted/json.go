package untrusted

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Mask returns s with every echo of secrets removed. It also finds an echo that shows only after Text has stripped the
// characters in the middle of it.
func Mask(s string, secrets ...Masker) string {
	if seen := strip(s); mask(seen, secrets) != seen {
		return mask(strip(mask(s, secrets)), secrets)
	}
	return mask(s, secrets)
}

func mask(s string, secrets []Masker) string {
	for _, secret := range secrets {
		s = secret.Mask(s)
	}
	return s
}

// EscapeJSON escapes the invisible and control characters of a JSON text as \uXXXX. They occur only inside its strings.
func EscapeJSON(text []byte) []byte {
	var b bytes.Buffer
	for _, r := range string(text) {
		switch {
		case r == utf8.RuneError || r > ' ' && (!unicode.IsGraphic(r) || hidden(r)):
			for _, unit := range utf16.Encode([]rune{r}) {
				fmt.Fprintf(&b, `\u%04x`, unit)
			}
		default:
			b.WriteRune(r)
		}
	}
	return b.Bytes()
}

// MaskJSON masks each string of a JSON text, names included, in its decoded form: with \u0063 for c, an echo would
// escape the mask. The rest stays as sent, duplicate names included. If a number is a secret, the whole text is
// redacted.
func MaskJSON(text []byte, secrets ...Masker) []byte {
	var b bytes.Buffer
	for len(text) > 0 {
		n := len(text)
		if text[0] == '"' {
			n = literal(text)
			b.Write(maskString(text[:n], secrets))
		} else {
			if i := bytes.IndexByte(text, '"'); i >= 0 {
				n = i
			}
			b.WriteString(mask(string(text[:n]), secrets))
		}
		text = text[n:]
	}
	if !json.Valid(b.Bytes()) {
		return []byte(`"[redacted]"`)
	}
	return b.Bytes()
}

// literal returns the length of the JSON string at the start of text.
func literal(text []byte) int {
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(text)
}

func maskString(raw []byte, secrets []Masker) []byte {
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return raw // not JSON: MaskJSON notices
	}
	masked := Mask(s, secrets...)
	if masked == s {
		return raw
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(masked) // strings always encode
	return bytes.TrimSpace(b.Bytes())
}
