package untrusted

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Mask returns s without what it echoes of secrets, be it only as a terminal would show it: with what Text strips in
// the middle of a secret, the mask alone would not find it.
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

// EscapeJSON writes what nobody sees in a JSON text, and what a terminal would obey, by its number. Outside of its strings
// there is none.
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

// MaskJSON masks each string of a JSON text as whoever decodes it reads it, names too: \u0063 in the place of a c would
// hide an echo from the mask. All else stays as it was sent, a name that is there twice for example. A number that is
// a secret takes the whole text along.
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

// literal is the length of the JSON string that text begins with.
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
		return raw // which is no JSON: MaskJSON sees that
	}
	masked := Mask(s, secrets...)
	if masked == s {
		return raw
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(masked) // a string can be written
	return bytes.TrimSpace(b.Bytes())
}
